/** Applies thresholds as the service does, so moving a slider needs no new request. */

/** The lowest detection threshold of the slider, and therefore the one to request. */
export const lowestThreshold = 0.2;

/** The verdicts; their colors are in app.css, their icons in index.html. A test compares them with the service's table. */
export const verdicts = {
  with_mask: { words: 'With mask', counted: 'withMask', told: 'with a mask' },
  without_mask: { words: 'Without mask', counted: 'withoutMask', told: 'without' },
  incorrectly_worn: { words: 'Worn wrong', counted: 'incorrectlyWorn', told: 'worn wrong' },
  uncertain: { words: 'Uncertain', counted: 'uncertain', told: 'uncertain' },
};

/** A label in words; unknown labels are shown as they are. */
export function describe(label) {
  return verdicts[label]?.words ?? label.replaceAll('_', ' ');
}

/** The style class of a label. */
export function styleOf(label) {
  return label in verdicts ? label : 'uncertain';
}

/**
 * The answer that the service would have given with these thresholds. Its numbers are 32-bit and compared as such. Faces that `maxFaces`
 * left out count as found, whatever the threshold.
 */
export function judge(detection, { detectionThreshold, minConfidence, landmarks }) {
  const atLeast = (value, threshold) => Math.fround(value) >= Math.fround(threshold);
  const faces = detection.faces
    .filter(face => atLeast(face.detectionConfidence, detectionThreshold))
    .map(({ landmarks: points, ...face }) => ({
      ...face,
      label: atLeast(face.confidence, minConfidence) ? face.label : 'uncertain',
      ...(landmarks && { landmarks: points }),
    }));
  const leftOut = detection.summary.found - detection.faces.length;
  return { ...detection, faces, summary: { ...count(faces), found: faces.length + leftOut } };
}

/** Number of faces by verdict. */
function count(faces) {
  const entries = Object.entries(verdicts).map(([label, { counted }]) => [counted, faces.filter(face => face.label === label).length]);
  return { faces: faces.length, ...Object.fromEntries(entries), found: faces.length };
}

/** The probabilities of a face: label, words and value, in the table's order. */
export function probabilitiesOf(face) {
  return Object.entries(verdicts)
    .filter(([, { counted }]) => counted in face.probabilities)
    .map(([label, { words, counted }]) => ({ label, words, value: face.probabilities[counted] }));
}

/** A probability in percent, never rounded up to certainty. */
export function percent(value) {
  return `${Math.min(99.9, Math.floor(value * 1000) / 10).toFixed(1)} %`;
}

/** "4 faces: 1 with a mask, 2 without, 1 worn wrong." Where the list is cut: "4 faces, 9 smaller ones left out: …" */
export function sentence(summary) {
  const leftOut = summary.found - summary.faces;
  const cut = leftOut > 0 ? `, ${leftOut} smaller ${leftOut === 1 ? 'one' : 'ones'} left out` : '';
  if (summary.faces === 0) {
    return `No face found${cut}.`;
  }

  const parts = Object.values(verdicts)
    .filter(({ counted }) => summary[counted] > 0)
    .map(({ counted, told }) => `${summary[counted]} ${told}`);
  return `${summary.faces} ${summary.faces === 1 ? 'face' : 'faces'}${cut}: ${parts.join(', ')}.`;
}

/** The sum of several summaries. */
export function total(summaries) {
  const sum = count([]);
  for (const summary of summaries) {
    for (const name of Object.keys(sum)) {
      sum[name] += summary[name];
    }
  }

  return sum;
}
