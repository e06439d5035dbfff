/* Charts, sortable tables, and details that open when linked to. The page reads well without. */
"use strict";
(function () {
	const root = document.documentElement;
	const dark = matchMedia("(prefers-color-scheme: dark)");
	let printing = false;

	function colour(name) {
		return getComputedStyle(root).getPropertyValue("--" + name).trim();
	}

	function palette() {
		if (printing)
			return { ink: "#000", soft: "#444", line: "#ccc", null: "#999", blue: "#0072b2", red: "#c44e00", paper: "#fff" };
		const p = {};
		for (const name of ["ink", "soft", "line", "null", "blue", "red", "paper"])
			p[name] = colour(name);
		return p;
	}

	/* ---- charts ---- */

	/* A vertical line at a value of the x axis, with a word beside it. */
	const marker = {
		id: "marker",
		afterDatasetsDraw(chart, args, options) {
			const area = chart.chartArea;
			for (const m of options.lines || []) {
				const x = chart.scales.x.getPixelForValue(m.at), c = chart.ctx;
				const left = x > (area.left + area.right) / 2;
				c.save();
				c.strokeStyle = c.fillStyle = m.colour;
				c.lineWidth = 2;
				c.setLineDash(m.dash || []);
				c.beginPath();
				c.moveTo(x, area.top);
				c.lineTo(x, area.bottom);
				c.stroke();
				c.font = "600 12px system-ui, sans-serif";
				c.textAlign = left ? "right" : "left";
				c.fillText(m.text, x + (left ? -6 : 6), m.low ? area.bottom - 8 : area.top + 12);
				c.restore();
			}
		}
	};

	function axis(p, title, more) {
		return Object.assign({
			title: { display: true, text: title, color: p.soft },
			ticks: { color: p.soft }, grid: { color: p.line, drawBorder: false }
		}, more);
	}

	function options(p, x, y, lines, legend) {
		return {
			animation: false, responsive: true, maintainAspectRatio: false,
			scales: { x: x, y: y },
			plugins: {
				legend: { display: legend, labels: { color: p.ink, usePointStyle: true, boxHeight: 7, boxWidth: 7 } },
				tooltip: { callbacks: {} },
				marker: { lines: lines }
			}
		};
	}

	function clusterability(d, p) {
		const lines = [{ at: d.observed, colour: p.red, text: "this " + d.subject }];
		const o = options(p, axis(p, "n-cut", { type: "linear" }),
			axis(p, "null " + d.subject + "s", { beginAtZero: true, ticks: { precision: 0, color: p.soft } }), lines, false);
		o.plugins.tooltip.enabled = false;
		return {
			type: "line",
			data: { datasets: [{ data: d.points, stepped: "before", fill: true, pointRadius: 0, borderWidth: 1, borderColor: p.null, backgroundColor: p.null }] },
			options: o
		};
	}

	const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];
	const shades = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999", "#b8a900"];

	function eigenvalues(d, p) {
		const one = d.series.length === 1, lines = [];
		if (d.series.every(s => s.k === d.series[0].k))
			lines.push({ at: d.series[0].k + 0.5, colour: p.red, text: "k = " + d.series[0].k, dash: [5, 4], low: true });
		const o = options(p, axis(p, "number", { type: "linear", min: 0, ticks: { precision: 0, color: p.soft } }),
			axis(p, "eigenvalue", {}), lines, !one);
		o.plugins.tooltip.callbacks = { title: () => "", label: c => c.dataset.label + ": " + c.raw.x + ". " + c.raw.y.toPrecision(5) };
		return {
			type: "line",
			data: {
				datasets: d.series.map((s, i) => ({
					label: s.name || "graph", data: s.values.map((v, j) => ({ x: j + 1, y: v })),
					borderColor: one ? p.blue : shades[i % 8], backgroundColor: one ? p.blue : shades[i % 8],
					borderDash: dashes[i >> 2 & 3], borderWidth: 1.5, pointRadius: 2.5
				}))
			},
			options: o
		};
	}

	function effects(d, p) {
		const kinds = [
			{ label: "not significant", style: "circle", colour: p.null, fill: "transparent", r: 4 },
			{ label: "p ≤ " + d.level, style: "rect", colour: p.soft, fill: "transparent", r: 4.5 },
			{ label: "q ≤ " + d.level, style: "triangle", colour: p.blue, fill: p.blue, r: 6 },
			{ label: "max-T ≤ " + d.level, style: "rectRot", colour: p.red, fill: p.red, r: 7 }
		];
		const o = options(p, axis(p, "units in the group", { type: "linear", beginAtZero: true }), axis(p, d.title, {}), [], true);
		o.plugins.tooltip.callbacks = {
			label: c => c.raw.name + ": " + c.raw.x + " units, effect " + c.raw.y.toPrecision(3) +
				", p " + c.raw.p.toPrecision(2) + (c.raw.q === null ? "" : ", q " + c.raw.q.toPrecision(2))
		};
		o.onClick = (event, found, chart) => {
			if (found.length)
				location.hash = chart.data.datasets[found[0].datasetIndex].data[found[0].index].anchor;
		};
		return {
			type: "scatter",
			data: {
				datasets: kinds.map((k, i) => ({
					label: k.label, data: d.points.filter(q => q.mark === i), pointStyle: k.style,
					pointRadius: k.r, pointHoverRadius: k.r + 2, borderColor: k.colour, backgroundColor: k.fill
				})).filter(s => s.data.length)
			},
			options: o
		};
	}

	const makers = { clusterability, eigenvalues, effects };
	const data = JSON.parse(document.getElementById("charts").textContent);
	const drawn = [];

	function draw() {
		const p = palette();
		data.forEach((d, i) => {
			if (drawn[i])
				drawn[i].destroy();
			const config = makers[d.kind](d, p);
			config.plugins = [marker];
			drawn[i] = new Chart(document.getElementById("chart-" + i), config);
		});
	}

	if (window.Chart) {
		draw();
		dark.addEventListener("change", draw);
	}

	/* ---- tables ---- */

	function value(row, column) {
		const cell = row.cells[column];
		if (!cell)
			return "";
		return cell.dataset.v !== undefined ? Number(cell.dataset.v) : cell.textContent;
	}

	/* Missing values last, whichever way. */
	function compare(a, b, sign) {
		if (a === "" || b === "")
			return (a === "") - (b === "");
		if (typeof a === "number" && typeof b === "number")
			return sign * (a - b);
		return sign * String(a).localeCompare(String(b));
	}

	function sort(table, head, column) {
		const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
		const body = table.tBodies[0];
		const rows = Array.from(body.rows);
		rows.sort((r, s) => compare(value(r, column), value(s, column), sign));
		for (const other of head.parentNode.cells)
			other.removeAttribute("aria-sort");
		head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
		body.append(...rows);
	}

	for (const table of document.querySelectorAll("table.groups")) {
		const heads = table.tHead.rows[table.tHead.rows.length - 1].cells;
		Array.from(heads).forEach((head, column) => {
			const button = document.createElement("button");
			button.type = "button";
			button.append(...head.childNodes);
			head.append(button);
			button.addEventListener("click", () => sort(table, head, column));
		});
	}

	/* ---- details, commands, paper ---- */

	function open() {
		const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
		if (target && target.tagName === "DETAILS") {
			for (let d = target; d; d = d.parentElement.closest("details"))
				d.open = true;
			target.scrollIntoView();
		}
	}
	addEventListener("hashchange", open);
	open();

	for (const pre of document.querySelectorAll("pre")) {
		if (!navigator.clipboard)
			break;
		const button = document.createElement("button");
		button.type = "button";
		button.className = "copy";
		button.textContent = "copy";
		button.addEventListener("click", () => navigator.clipboard.writeText(pre.textContent).then(() => { button.textContent = "copied"; }));
		pre.before(button);
	}

	const closed = [];
	addEventListener("beforeprint", () => {
		printing = true;
		for (const d of document.querySelectorAll("section > details.group:not([open])")) {
			closed.push(d);
			d.open = true;
		}
		if (window.Chart)
			draw();
	});
	addEventListener("afterprint", () => {
		printing = false;
		for (const d of closed.splice(0))
			d.open = false;
		if (window.Chart)
			draw();
	});
})();
