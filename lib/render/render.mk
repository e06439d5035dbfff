# The page's style sheet, script and Chart.js are assembled into embed.o.
CHARTJS ?= /usr/share/javascript/chart.js/chart.min.js

$(BUILD)/lib/render/embed.o: lib/render/report.css lib/render/report.js $(CHARTJS)
$(BUILD)/lib/render/embed.o: CPPFLAGS += -DBRC_CHARTJS='"$(CHARTJS)"'
