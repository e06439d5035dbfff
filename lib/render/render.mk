# The page's style sheet, script and Chart.js are embedded into one object.
CHARTJS ?= /usr/share/javascript/chart.js/chart.min.js

$(BUILD)/lib/render/html/embed.o: lib/render/html/report.css lib/render/html/report.js $(CHARTJS)
$(BUILD)/lib/render/html/embed.o: CPPFLAGS += -DBRC_CHARTJS='"$(CHARTJS)"'
