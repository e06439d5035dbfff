// onnxruntime beside the executor: onnxruntime_peer.js MODEL IMAGES IN THREADS [REPETITIONS]
// prints the best seconds of a pass, the peak memory in bytes and the best processor seconds.
// NODE_PATH must lead to onnxruntime-node.
const fs = require('fs');
const ort = require('onnxruntime-node');

async function main([model, images, input, threads, repetitions = '5']) {
	const session = await ort.InferenceSession.create(model, {
		intraOpNumThreads: Number(threads),
		interOpNumThreads: 1,
		graphOptimizationLevel: 'all',
	});
	const size = Number(images) * 3 * 224 * 224;
	const bytes = Buffer.alloc(4 * size);
	const file = fs.openSync(input, 'r');
	fs.readSync(file, bytes, 0, 4 * size, 0);
	const values = new Float32Array(bytes.buffer, bytes.byteOffset, size);
	const feeds = {};
	feeds[session.inputNames[0]] =
		new ort.Tensor('float32', values, [Number(images), 3, 224, 224]);
	let best = Infinity, processor = Infinity;
	for (let i = 0; i < Number(repetitions); i++) {
		const start = process.hrtime.bigint(), before = process.cpuUsage();
		await session.run(feeds);
		const used = process.cpuUsage(before);
		best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
		processor = Math.min(processor, (used.user + used.system) / 1e6);
	}
	console.log(best.toFixed(6), process.resourceUsage().maxRSS * 1024, processor.toFixed(6));
}

main(process.argv.slice(2)).catch((e) => {
	console.error(String(e));
	process.exit(1);
});
