/** Results as rows, for the table and for spreadsheets. */

/** The columns of a CSV file, as the command line writes it too. */
const columns = [
  'picture', 'face', 'faces', 'verdict', 'confidence', 'withMask', 'withoutMask', 'incorrectlyWorn', 'detectionConfidence',
  'x', 'y', 'width', 'height', 'imageWidth', 'imageHeight', 'error', 'message',
];

/** Columns whose text comes from elsewhere. */
const foreign = new Set(['picture', 'message']);

/**
 * One row a face, and one for a picture without faces or with an error. `face` counts from 1 and is 0 where there is none.
 * @param pictures the pictures
 * @param answers what the service said of each, with the thresholds applied; undefined where it has not answered
 */
export function rowsOf(pictures, answers) {
  return pictures.flatMap((picture, index) => {
    const common = { key: `${index}`, index, picture: picture.name, face: 0, faces: 0 };
    if (picture.problem) {
      return [{ ...common, error: picture.problem.code, message: picture.problem.message }];
    }

    if (!answers[index]) {
      return [];
    }

    const { faces, image } = answers[index];
    const size = { faces: faces.length, imageWidth: image.width, imageHeight: image.height };
    return faces.length === 0 ? [{ ...common, ...size }] : faces.map((face, i) => ({
      ...common, ...size, ...face.probabilities, ...face.box,
      key: `${index}.${i}`,
      face: i + 1,
      verdict: face.label,
      confidence: face.confidence,
      detectionConfidence: face.detectionConfidence,
      area: face.box.width * face.box.height,
      detected: face,
    }));
  });
}

/** Sorts rows by a column. Rows without a value come last either way; equal ones keep their order. */
export function sortRows(rows, column, descending, order = null) {
  const text = new Intl.Collator(undefined, { numeric: true });
  const value = row => order && row[column] !== undefined ? order.indexOf(row[column]) : row[column];
  return rows.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === undefined || b === undefined) {
      return (a === undefined) - (b === undefined);
    }

    const difference = typeof a === 'string' ? text.compare(a, b) : a - b;
    return descending ? -difference : difference;
  });
}

/** CSV after RFC 4180, with the mark that tells spreadsheets that it is UTF-8. */
export function csvOf(rows) {
  const lines = rows.map(row => columns.map(name => field(foreign.has(name) ? harmless(row[name]) : row[name])));
  return `\uFEFF${[columns, ...lines].map(line => `${line.join(',')}\r\n`).join('')}`;
}

/** Spreadsheets run what looks like a formula, even in quotes; an apostrophe makes it text. */
function harmless(text) {
  return /^[=+\-@\t\r\n]/.test(text ?? '') ? `'${text}` : text;
}

function field(value = '') {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
