using System.Security.Cryptography;
using System.Text;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>
/// The page's script: filters over the index, and answers ten at a time. Texts become text nodes and nothing else; images are the thumbnails'
/// data addresses. Pages of answers beside the report are script files, since a browser lets a page from a disk read no other.
/// </summary>
static class BrowserScript
{
    /// <summary>The script.</summary>
    public const string Text = """

        'use strict';
        const pick = id => document.getElementById(id);
        const index = JSON.parse(pick('index').textContent);
        const perView = 10;
        const filters = ['benchmark', 'category', 'model', 'show', 'item'];
        const words = { r: '✓ right', w: '✗ wrong', p: '◐ partly right', u: '? not judged', '-': 'not asked' };
        const against = { '+': 'better than the base', '-': 'worse than the base', '=': '' };
        const kinds = { right: 'r', wrong: 'w', partly: 'p', unjudged: 'u' };
        const signs = { better: '+', worse: '-' };
        const pages = new Map(), waiting = new Map();
        let found = [], first = 0, turn = 0;

        const make = (name, style, text) => {
          const element = document.createElement(name);
          if (style) element.className = style;
          if (text !== undefined) element.textContent = text;
          return element;
        };

        const within = (parent, ...children) => { parent.append(...children); return parent; };

        window.svcoPage = (key, number, page) => {
          const { done, fail } = waiting.get(number);
          if (key === index.key) done(page); else fail();
        };

        const load = number => {
          if (!pages.has(number)) pages.set(number, new Promise((done, fail) => {
            if (!index.folder) { done(JSON.parse(pick('page-' + number).textContent)); return; }
            waiting.set(number, { done, fail });
            const script = make('script');
            script.onerror = fail;
            script.src = encodeURIComponent(index.folder) + '/page-' + number + '.js';
            document.head.append(script);
          }));
          return pages.get(number);
        };

        const options = (id, names) => {
          const select = pick(id), before = select.value;
          select.replaceChildren(...names.map(([value, text]) => { const option = make('option', '', text); option.value = value; return option; }));
          select.value = names.some(([value]) => value === before) ? before : names[0][0];
        };

        const categories = () => {
          const benchmark = index.benchmarks.indexOf(pick('benchmark').value);
          const inside = new Set();
          index.category.forEach((all, i) => { if (benchmark < 0 || index.benchmark[i] === benchmark) all.forEach(one => inside.add(one)); });
          options('category', [['', 'all'], ...[...inside].map(one => index.categories[one]).sort().map(one => [one, one])]);
        };

        const search = () => {
          const benchmark = index.benchmarks.indexOf(pick('benchmark').value), category = index.categories.indexOf(pick('category').value);
          const model = index.models.indexOf(pick('model').value), show = pick('show').value, id = pick('item').value.trim();
          const asked = model < 0 ? index.models.map((_, i) => i) : [model];
          const fits = (kind, sign) => kind !== '-' && (show === 'all' || (show === 'changed' ? sign !== '=' : kinds[show] === kind || signs[show] === sign));
          found = [];
          index.states.forEach((states, i) => {
            if ((benchmark < 0 || index.benchmark[i] === benchmark)
              && (category < 0 || index.category[i].includes(category))
              && (!id || index.ids[i] === id || index.ids[i].endsWith('/' + id))
              && asked.some(one => fits(states[2 * one], states[2 * one + 1]))) found.push(i);
          });
          first = 0;
          draw();
        };

        const folded = (title, texts) => within(make('details'), make('summary', '', title), ...texts.map(text => make('p', 'words', text || '(empty)')));

        const said = (model, answer, kind, sign) => {
          const box = within(make('div', 'said ' + (kind === '-' ? 'none' : kind)), within(make('h4', '', index.models[model] + ' '), make('span', 'state', words[kind])));
          if (against[sign]) box.append(make('p', 'soft', against[sign]));
          if (!answer) return box;
          box.append(...answer.t.map(text => make('p', text ? 'words' : 'words soft', text || '(empty)')));
          if (answer.m) box.append(make('p', 'soft', answer.m));
          if (answer.j.length) box.append(folded("the judge's words", answer.j));
          if (answer.u.length) box.append(folded('without the image: ' + words[answer.s], answer.u));
          return box;
        };

        const shown = async i => {
          const page = await load(Math.floor(i / index.size)), item = page.items[i % index.size];
          const picture = make('div', 'picture');
          if (item.g >= 0) {
            const address = (await load(item.p)).images[item.g];
            if (address.startsWith('data:image/jpeg;base64,')) { const image = make('img'); image.alt = ''; image.src = address; picture.append(image); }
            else picture.append(make('p', 'soft', address));
          }
          const benchmark = index.benchmarks[index.benchmark[i]], id = index.ids[i];
          const names = [...(id.startsWith(benchmark + '/') ? [id] : [benchmark, id]), ...index.category[i].map(one => index.categories[one])];
          return within(make('article', 'answered'), picture, within(make('div'),
            make('p', 'soft', names.join(' · ')), make('p', 'words question', item.q),
            within(make('p', 'words'), make('span', 'soft', 'truth: '), item.t),
            within(make('div', 'side-by-side'), ...item.a.map((answer, model) => said(model, answer, index.states[i][2 * model], index.states[i][2 * model + 1])))));
        };

        const draw = async () => {
          const mine = ++turn, last = Math.min(first + perView, found.length);
          pick('count').textContent = found.length === 0 ? 'no item' : `${first + 1} to ${last} of ${found.length} items (${index.ids.length} in all)`;
          for (const where of ['', '-below']) {
            pick('previous' + where).disabled = first === 0;
            pick('next' + where).disabled = last === found.length;
          }
          let content;
          try { content = await Promise.all(found.slice(first, last).map(shown)); }
          catch { content = [make('p', 'fault', `The files in the folder ${index.folder} are missing or of another report. Keep the folder beside this page, or write the report again.`)]; }
          if (mine === turn) { pick('items').replaceChildren(...content); document.body.dataset.drawn = found.length; }
        };

        const read = () => {
          const wanted = new URLSearchParams(location.hash.slice(1));
          for (const id of filters) {
            if (id === 'category') categories();
            const value = wanted.get(id) ?? (id === 'show' ? 'all' : ''), control = pick(id);
            control.value = value;
            if (control.value !== value) control.selectedIndex = 0;
          }
          search();
        };

        const changed = event => {
          if (event.target.id === 'benchmark') categories();
          const wanted = new URLSearchParams(filters.map(id => [id, pick(id).value]).filter(([id, value]) => value && !(id === 'show' && value === 'all')));
          history.replaceState(null, '', '#' + wanted);
          search();
        };

        options('benchmark', [['', 'all'], ...index.benchmarks.map(one => [one, one])]);
        options('model', [['', 'any'], ...index.models.map(one => [one, one])]);
        filters.forEach(id => pick(id).addEventListener('input', changed));
        pick('filters').addEventListener('submit', event => event.preventDefault());
        const turnTo = to => { first = to; draw(); pick('all-answers').scrollIntoView(); };
        for (const where of ['', '-below']) {
          pick('previous' + where).onclick = () => turnTo(first - perView);
          pick('next' + where).onclick = () => turnTo(first + perView);
        }
        addEventListener('hashchange', () => { if (location.hash.includes('=')) read(); });
        read();

        """;

    /// <summary>The script's name in a content security policy.</summary>
    public static string Hash => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}";
}
