# The page's style sheet, script, explanations and Chart.js are embedded into one object.
CHARTJS ?= /usr/share/javascript/chart.js/chart.min.js

$(BUILD)/lib/render/html/embed.o: $(addprefix lib/render/html/,report.css report.js \
	methods.html methods_graph.html licences.html) $(CHARTJS)
$(BUILD)/lib/render/html/embed.o: CPPFLAGS += -DBRC_CHARTJS='"$(CHARTJS)"'
