/** Writes a text where another stands: what stays as it is costs no layout. */
export const put = (element, text) => {
  if (element.textContent !== String(text)) {
    element.textContent = text;
  }
};
