import { styleOf } from './verdicts.js';

const svg = 'http://www.w3.org/2000/svg';

/** An element with a class, '' for none, and content. */
export function create(name, className, ...content) {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }

  element.append(...content);
  return element;
}

/** The icon of a label: not everyone can tell colors apart. */
export function icon(label) {
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${styleOf(label)}`);
  const sign = document.createElementNS(svg, 'svg');
  sign.setAttribute('aria-hidden', true);
  sign.append(use);
  return sign;
}
