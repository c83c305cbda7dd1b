// Shows the sum of the weights while they are typed; the server checks it.
const group = document.querySelector('[data-weights]');
const line = group?.querySelector('[data-total]');

function show() {
  const weights = [...group.querySelectorAll('input[inputmode="decimal"]')].map((field) => Number(field.value) || 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  line.querySelector('output').value = `${Math.round(total * 100) / 100}${document.documentElement.lang.startsWith('zh') ? '%' : '\u202f%'}`;
  line.hidden = false;
}

if (line) {
  group.addEventListener('input', show);
  show();
}
