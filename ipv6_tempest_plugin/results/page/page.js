'use strict';
(() => {
  const table = document.getElementById('all');
  if (table) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const words = document.getElementById('words');
    const status = document.getElementById('status');
    const tier = document.getElementById('tier');
    const shown = document.getElementById('shown');
    const filter = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of rows) {
        const text = wanted.length ? row.textContent.toLowerCase() : '';
        const fits = (!status.value || row.dataset.s === status.value ||
            (status.value === 'bad' && row.dataset.b)) &&
          (!tier.value || row.dataset.t === tier.value) &&
          wanted.every((word) => text.includes(word));
        row.hidden = !fits;
        count += fits ? 1 : 0;
      }
      shown.textContent = count + ' of ' + rows.length + ' shown';
    };
    const value = (row, column) => {
      const cell = row.cells[column];
      return cell.dataset.v === undefined ? cell.textContent.trim()
        : Number(cell.dataset.v);
    };
    const sort = (column, heading) => {
      const up = heading.getAttribute('aria-sort') !== 'ascending';
      for (const other of table.tHead.rows[0].cells) {
        other.removeAttribute('aria-sort');
      }
      heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const keyed = rows.map((row) => [value(row, column), row]);
      keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      if (!up) keyed.reverse();
      body.append(...keyed.map(([, row]) => row));
    };
    let timer = 0;
    words.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(filter, rows.length > 5000 ? 300 : 0);
    });
    status.addEventListener('change', filter);
    tier.addEventListener('change', filter);
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = heading.textContent;
      button.addEventListener('click', () => sort(column, heading));
      heading.replaceChildren(button);
    });
    document.getElementById('controls').hidden = false;
    filter();
  }
  const opened = [];
  addEventListener('beforeprint', () => {
    for (const part of document.querySelectorAll('details:not([open])')) {
      part.open = true;
      opened.push(part);
    }
  });
  addEventListener('afterprint', () => {
    for (const part of opened.splice(0)) part.open = false;
  });
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener('hashchange', follow);
  follow();
})();
