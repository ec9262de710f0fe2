import { look } from './verdicts.js';

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

/** The sign of a label: color alone does not reach everyone. */
export function icon(label) {
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${look(label)}`);
  const sign = document.createElementNS(svg, 'svg');
  sign.setAttribute('aria-hidden', true);
  sign.append(use);
  return sign;
}
