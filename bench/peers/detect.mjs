// Finds faces with one of the detectors that npm brings together with their models.
// Reads file names from standard input; answers each with one line: [[x, y, width, height, score], …] in pixels of the upright picture.
//
//   node detect.mjs ssd|tiny|ultraface MINIMUM_SCORE
//
// Pictures are decoded by libvips. TensorFlow.js runs on its WebAssembly backend, which its npm package holds; the native one would have to
// be downloaded from elsewhere.
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import sharp from 'sharp';

const require = createRequire(import.meta.url);
const folder = name => path.dirname(require.resolve(name));
const upright = file => sharp(file).rotate().removeAlpha().toColorspace('srgb');

async function startTensorFlow() {
  const tf = require('@tensorflow/tfjs');
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(folder('@tensorflow/tfjs-backend-wasm') + '/');
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}

async function decode(tf, file) {
  const { data, info } = await upright(file).raw().toBuffer({ resolveWithObject: true });
  return tf.tensor3d(data, [info.height, info.width, 3], 'int32');
}

/** face-api: SSD MobileNet, or the tiny YOLO at its default input of 416 pixels. */
async function faceApi(net, options) {
  const tf = await startTensorFlow();
  const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
  await faceapi.nets[net].loadFromDisk(path.join(folder('@vladmandic/face-api'), '../model'));
  return async file => {
    const picture = await decode(tf, file);
    const faces = await faceapi.detectAllFaces(picture, options(faceapi));
    tf.dispose(picture);
    return faces.map(({ box, score }) => [box.x, box.y, box.width, box.height, score]);
  };
}

/** Ultra-Light-Fast RFB-320, the model of faceplugin-face-recognition-js, with ONNX Runtime; that package's own code is for browsers. */
async function ultraFace(minScore) {
  const ort = require('onnxruntime-node');
  const [columns, rows, minOverlap] = [320, 240, 0.4];
  const session = await ort.InferenceSession.create(
    process.env.ULTRAFACE, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  return async file => {
    const { data: encoded, info } = await upright(file).raw().toBuffer({ resolveWithObject: true });
    const rgb = await sharp(encoded, { raw: info }).resize(columns, rows, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
    const input = new Float32Array(rgb.length);
    for (let pixel = 0, plane = columns * rows; pixel < plane; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        input[channel * plane + pixel] = (rgb[pixel * 3 + channel] - 127) / 128;
      }
    }

    const { boxes, scores } = await session.run({ input: new ort.Tensor('float32', input, [1, 3, rows, columns]) });
    const found = [];
    for (let i = 0; i < boxes.dims[1]; i++) {
      const score = scores.data[i * 2 + 1];
      if (score >= minScore) {
        const [left, top, right, bottom] = boxes.data.subarray(i * 4, i * 4 + 4);
        found.push([left * info.width, top * info.height, (right - left) * info.width, (bottom - top) * info.height, score]);
      }
    }

    return suppress(found, minOverlap);
  };
}

function suppress(faces, minOverlap) {
  const kept = [];
  for (const face of faces.sort((a, b) => b[4] - a[4])) {
    if (kept.every(better => overlap(better, face) < minOverlap)) {
      kept.push(face);
    }
  }

  return kept;
}

function overlap([ax, ay, aw, ah], [bx, by, bw, bh]) {
  const width = Math.max(0, Math.min(ax + aw, bx + bw) - Math.max(ax, bx));
  const height = Math.max(0, Math.min(ay + ah, by + bh) - Math.max(ay, by));
  return width * height / (aw * ah + bw * bh - width * height);
}

sharp.concurrency(1);
const [name, threshold] = process.argv.slice(2);
const minScore = Number(threshold);
const detect = await {
  ssd: () => faceApi('ssdMobilenetv1', api => new api.SsdMobilenetv1Options({ minConfidence: minScore, maxResults: 100 })),
  tiny: () => faceApi('tinyFaceDetector', api => new api.TinyFaceDetectorOptions({ scoreThreshold: minScore })),
  ultraface: () => ultraFace(minScore),
}[name]();

for await (const line of readline.createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await detect(line)) + '\n');
}
