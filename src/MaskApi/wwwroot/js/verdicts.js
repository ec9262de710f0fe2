/** Thresholds applied to an answer as the service applies them, so that moving a slider needs no new request. */

/** The lowest detection threshold that can be chosen, and so the one to ask the service for. */
export const lowestThreshold = 0.2;

export const labels = {
  with_mask: 'With mask',
  without_mask: 'Without mask',
  uncertain: 'Uncertain',
};

/** A label in words; labels that this page does not know yet are told as they come. */
export function describe(label) {
  return labels[label] ?? label.replaceAll('_', ' ');
}

/** One of the looks that the page has. */
export function look(label) {
  return label in labels ? label : 'uncertain';
}

/** What the service would have answered with these thresholds. Its numbers are 32-bit, so they are compared as such. */
export function judge(detection, { detectionThreshold, minConfidence, landmarks }) {
  const atLeast = (value, threshold) => Math.fround(value) >= Math.fround(threshold);
  const faces = detection.faces
    .filter(face => atLeast(face.detectionConfidence, detectionThreshold))
    .map(({ landmarks: points, ...face }) => ({
      ...face,
      label: atLeast(face.confidence, minConfidence) ? sure(face) : 'uncertain',
      ...(landmarks && { landmarks: points }),
    }));
  const count = label => faces.filter(face => face.label === label).length;
  return {
    ...detection,
    faces,
    summary: { faces: faces.length, withMask: count('with_mask'), withoutMask: count('without_mask'), uncertain: count('uncertain') },
  };
}

function sure(face) {
  if (face.label !== 'uncertain') {
    return face.label;
  }

  return face.maskProbability >= 0.5 ? 'with_mask' : 'without_mask';
}

/** A probability in per cent; never rounded up to certainty. */
export function percent(value) {
  return `${Math.min(99.9, Math.floor(value * 1000) / 10).toFixed(1)} %`;
}

/** "3 faces: 1 with a mask, 2 without." */
export function sentence({ faces, withMask, withoutMask, uncertain }) {
  if (faces === 0) {
    return 'No face found.';
  }

  const parts = [
    withMask && `${withMask} with a mask`,
    withoutMask && `${withoutMask} without`,
    uncertain && `${uncertain} uncertain`,
  ].filter(Boolean);
  return `${faces} ${faces === 1 ? 'face' : 'faces'}: ${parts.join(', ')}.`;
}

/** The sum of several summaries. */
export function total(summaries) {
  const sum = { faces: 0, withMask: 0, withoutMask: 0, uncertain: 0 };
  for (const summary of summaries) {
    for (const name of Object.keys(sum)) {
      sum[name] += summary[name];
    }
  }

  return sum;
}
