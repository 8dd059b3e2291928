// The whole site: reads what the address names, and puts it into the page.
const app = document.getElementById('app')
const make = (name, text, attributes = {}) => {
  const element = Object.assign(document.createElement(name), attributes)
  if (text !== undefined) element.textContent = text
  return element
}
const into = (parent, ...children) => { parent.append(...children); return parent }

function chrome(main) {
  const nav = into(make('nav'), make('a', 'Signal Post', {href: '/'}), make('a', 'Prices', {href: '/prices'}),
    make('a', 'Newsletter', {href: '/newsletter'}))
  const ticker = into(make('div', undefined, {className: 'ticker'}), make('span', 'BTC $71,204.11 +0.8%'),
    make('span', 'ETH $3,410.92 -0.3%'))
  const footer = into(make('footer'), make('p', 'Signal Post is made by eleven people in a former telegraph office.'),
    make('p', '© 2026 Signal Post'))
  app.replaceChildren(into(make('header'), nav, ticker), main, footer)
}

function paragraph(parts) {
  const element = make('p')
  for (const part of [].concat(parts))
    element.append(typeof part === 'string' ? part : make('a', part.text, {href: part.href}))
  return element
}

function story(data) {
  document.title = `${data.title} | Signal Post`
  const address = location.origin + location.pathname
  document.head.append(make('link', undefined, {rel: 'canonical', href: address}))
  document.head.append(make('script', JSON.stringify({
    '@context': 'https://schema.org', '@type': 'NewsArticle', headline: data.title, url: address,
    datePublished: data.published, author: data.authors.map(name => ({'@type': 'Person', name})),
    articleSection: data.section,
  }), {type: 'application/ld+json'}))
  const body = make('div', undefined, {className: 'story-body'})
  for (const block of data.blocks) body.append(block.h2 ? make('h2', block.h2) : paragraph(block.p))
  const related = into(make('aside', undefined, {className: 'related'}), make('h3', 'More from Signal Post'),
    into(make('ul'), ...data.related.map(each => into(make('li'), make('a', each.title, {href: each.href})))))
  const letter = into(make('form', undefined, {className: 'newsletter'}), make('h3', 'Get the night wire'),
    make('p', 'One message before breakfast, five stories, no prices.'), make('input', undefined, {type: 'email'}),
    make('button', 'Sign up'))
  const byline = into(make('p', undefined, {className: 'byline'}), 'By ', make('span', data.authors.join(' and ')), ' · ',
    make('time', data.printed, {dateTime: data.published}))
  chrome(into(make('main'), into(make('article'), make('h1', data.title), byline, body, letter, related)))
}

function front(data) {
  document.title = 'Signal Post'
  chrome(into(make('main'), make('h1', 'Latest'), into(make('ul'), ...data.stories.map(each =>
    into(make('li'), into(make('h2'), make('a', each.title, {href: each.href})), make('p', each.teaser))))))
}

const slug = location.pathname.match(/^\/story\/([a-z0-9-]+)$/)
const answer = await fetch(slug ? `/api/stories/${slug[1]}.json` : '/api/front.json')
if (!answer.ok) chrome(into(make('main'), make('h1', 'Page not found')))
else (slug ? story : front)(await answer.json())
new Image().src = 'https://www.google-analytics.com/collect?v=2&dl=' + encodeURIComponent(location.href)
