// Niceties only: every page works without this file.
'use strict';

// The list of errors takes the focus, so that a screen reader begins there.
document.querySelector('[data-focus]')?.focus();

// <button data-print hidden>: shown where there is a script to press it.
for (const b of document.querySelectorAll('[data-print]')) {
  b.hidden = false;
  b.addEventListener('click', () => window.print());
}

// A select or box marked data-send sends its form when it changes; the button stays for the rest.
for (const f of document.querySelectorAll('[data-send]')) {
  f.addEventListener('change', () => f.form.requestSubmit());
}

// <input data-filter="table-id">: hides the rows that do not hold what is typed.
for (const input of document.querySelectorAll('input[data-filter]')) {
  const rows = document.querySelectorAll('#' + input.dataset.filter + ' tbody tr');
  const field = input.closest('[hidden]') ?? input;
  field.hidden = false;
  input.addEventListener('input', () => {
    const want = input.value.toLocaleLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(want);
  });
}

// Dropping files on a file field.
for (const zone of document.querySelectorAll('[data-drop]')) {
  const input = zone.querySelector('input[type=file]');
  for (const type of ['dragenter', 'dragover']) {
    zone.addEventListener(type, e => { e.preventDefault(); zone.classList.add('over'); });
  }
  for (const type of ['dragleave', 'drop']) {
    zone.addEventListener(type, e => { e.preventDefault(); zone.classList.remove('over'); });
  }
  zone.addEventListener('drop', e => {
    if (e.dataTransfer.files.length > 0) {
      input.files = e.dataTransfer.files;
      input.dispatchEvent(new Event('change', {bubbles: true}));
    }
  });
}

// A form is sent once: a second click while the answer is on its way does nothing.
for (const form of document.querySelectorAll('form[method=post]')) {
  form.addEventListener('submit', e => {
    if (form.dataset.sent) e.preventDefault();
    form.dataset.sent = '1';
    form.querySelector('button.act')?.setAttribute('aria-busy', 'true');
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
}
