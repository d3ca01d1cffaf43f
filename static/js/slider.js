// A threshold's slider and its field say the same: moving one writes the other.

for (const range of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('.slide input[type=range]'))) {
  const field = /** @type {HTMLInputElement | null} */ (range.parentElement?.querySelector('input:not([type])'));
  if (!field) continue;
  const digits = (range.max.split('.')[1] ?? range.value.split('.')[1] ?? '').length;
  const least = (range.min.split('.')[1] ?? '').length;
  range.addEventListener('input', () => {
    field.value = String(Number(Number(range.value).toFixed(Math.max(digits, least, 2))));
  });
  field.addEventListener('input', () => {
    if (field.value.trim() !== '' && Number.isFinite(Number(field.value))) range.value = field.value;
  });
}
