import { badge, create, createButton } from './elements.js';
import { VerdictFilter } from './filter.js';
import { sortRows } from './rows.js';
import { describe, percent, styleOf, total, verdicts } from './verdicts.js';

/** Rows that are added at a time: thousands at once would make the page slow. */
const portion = 100;

/** What is sorted by, its words, and what is shown of a row. */
const columns = [
  { name: 'picture', words: 'Picture' },
  { name: 'verdict', words: 'Verdict', order: Object.keys(verdicts) },
  { name: 'confidence', words: 'Confidence', text: row => percent(row.confidence) },
  ...Object.values(verdicts).filter(({ counted }) => counted !== 'uncertain')
    .map(({ words, counted }) => ({ name: counted, words, text: row => percent(row[counted]) })),
  { name: 'area', words: 'Size, px', text: row => `${Math.round(row.width)} × ${Math.round(row.height)}` },
];

/** The faces of several pictures as a table. */
export class FaceTable {
  #card = document.getElementById('table-card');
  #summary = document.getElementById('table-summary');
  #head = document.getElementById('table-head');
  #body = document.getElementById('table-body');
  #more = document.getElementById('more-rows');
  #filter;
  #rows = [];
  #only = null;
  #sort = { column: null, descending: false };
  #limit = portion;

  /**
   * @param onOpen called with a row whose face was pressed
   * @param onPicture called with the index of a picture whose name was pressed
   * @param onFilter called with the label to filter by, or null for all
   */
  constructor(onOpen, onPicture, onFilter) {
    this.#filter = new VerdictFilter(document.getElementById('table-counts'), onFilter);
    this.#head.replaceChildren(...columns.map(column => this.#heading(column)));
    this.#more.addEventListener('click', () => {
      const first = this.#limit;
      this.#limit += portion;
      this.#fill();
      this.#body.children[first]?.querySelector('button').focus();
    });
    this.#body.addEventListener('click', event => {
      const line = event.target.closest('tr');
      const row = this.#rows.find(({ key }) => key === line.dataset.key);
      if (event.target.closest('.name') || !row.detected) {
        onPicture(row.index);
        return;
      }

      // Also where the line was pressed beside the button, so that the focus comes back to it.
      line.querySelector('.open').focus();
      onOpen(row);
    });
  }

  /** The rows that pass the filter, sorted. */
  get rows() {
    const { column, descending } = this.#sort;
    const rows = this.#only === null ? this.#rows : this.#rows.filter(row => row.detected && styleOf(row.verdict) === this.#only);
    return column ? sortRows(rows, column.name, descending, column.order) : rows;
  }

  /** Starts anew, unsorted, for other pictures. */
  reset() {
    [this.#rows, this.#only, this.#limit] = [[], null, portion];
    this.#sortBy({ column: null, descending: false });
    this.#card.hidden = true;
  }

  /**
   * Shows rows.
   * @param rows one a face, or a picture without any
   * @param summaries the numbers of each picture's faces
   * @param only the label to filter by; null for all
   */
  show(rows, summaries, only) {
    [this.#rows, this.#only] = [rows, only];
    this.#card.hidden = rows.length === 0;
    this.#filter.show(total(summaries), only);
    this.#fill();
  }

  #heading(column) {
    const button = createButton('', column.words, create('span', 'arrow'));
    // Up, down, and as the pictures came.
    button.addEventListener('click', () => {
      const { descending, column: sorted } = this.#sort;
      this.#sortBy(sorted !== column ? { column, descending: false }
        : descending ? { column: null, descending: false } : { column, descending: true });
    });
    const heading = create('th', column.text ? 'number' : '', button);
    heading.scope = 'col';
    return heading;
  }

  #sortBy(sort) {
    this.#sort = sort;
    columns.forEach((column, index) => {
      const heading = this.#head.children[index];
      if (column === sort.column) {
        heading.setAttribute('aria-sort', sort.descending ? 'descending' : 'ascending');
      } else {
        heading.removeAttribute('aria-sort');
      }
    });
    this.#fill();
  }

  /** Keeps the keyboard focus where it was, as results may still be arriving. */
  #fill() {
    const focused = this.#body.contains(document.activeElement) ? document.activeElement : null;
    const { rows } = this;
    this.#summary.textContent = count(rows);
    this.#body.replaceChildren(...rows.slice(0, this.#limit).map(createLine));
    this.#more.hidden = rows.length <= this.#limit;
    this.#more.textContent = `Show ${Math.min(portion, rows.length - this.#limit)} more`;
    if (focused) {
      this.#body.querySelector(`[data-key="${focused.closest('tr').dataset.key}"] .${focused.className.split(' ')[0]}`)?.focus();
    }
  }
}

function count(rows) {
  return rows.length === 1 ? '1 row' : `${rows.length.toLocaleString('en')} rows`;
}

function createLine(row) {
  const name = createButton('name', row.picture);
  name.title = row.picture;
  const line = create('tr', row.detected ? 'openable' : '', create('td', '', name));
  line.dataset.key = row.key;
  if (row.detected) {
    const which = create('span', 'unseen', `, face ${row.face} of ${row.faces}`);
    const open = createButton('open what', badge(row.verdict), describe(row.verdict), which);
    open.setAttribute('aria-haspopup', 'dialog');
    line.append(create('td', '', open), ...columns.filter(column => column.text).map(column => create('td', 'number', column.text(row))));
  } else {
    const rest = create('td', row.error ? 'failed' : 'muted', row.message ?? 'No face');
    rest.colSpan = columns.length - 1;
    line.append(rest);
  }

  return line;
}
