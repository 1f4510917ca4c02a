"""What looks at pages and documents: a real browser, and the judge of JSON schemas.

    peer.py asyncapi SCHEMA             judges the document on standard input
    peer.py messages                    judges messages by the document beside them
    peer.py browser PROGRAM WHAT URL    looks at a page
    peer.py pictures PROGRAM URL FOLDER takes its pictures
"""

import json
import pathlib
import sys

import jsonschema
from playwright.sync_api import expect, sync_playwright

WIDE = {'width': 1400, 'height': 900}
NARROW = {'width': 400, 'height': 800}


def asyncapi(schema):
    with open(schema, encoding='utf-8') as file:
        judge = jsonschema.Draft7Validator(json.load(file))
    document = json.load(sys.stdin)
    problems = [f'{it.json_path}: {it.message[:400]}' for it in judge.iter_errors(document)]
    references(document, document, problems)
    assert not problems, '\n'.join(problems)


def references(part, document, problems):
    """Every reference leads somewhere, which the schema does not ask."""
    if isinstance(part, list):
        for item in part:
            references(item, document, problems)
    elif isinstance(part, dict):
        target = part.get('$ref')
        if isinstance(target, str):
            place = document
            for key in target.removeprefix('#/').split('/'):
                place = place.get(key) if isinstance(place, dict) else None
            if place is None:
                problems.append(f'{target} leads nowhere')
        for key, item in part.items():
            # The members of these are names, and a name may be `$ref`.
            names = key in ('properties', 'const', 'default', 'enum', 'examples')
            if names and isinstance(item, dict):
                item = list(item.values())
            references(item, document, problems)


def messages():
    asked = json.load(sys.stdin)
    document = asked['document']
    for channel, expected, message in asked['cases']:
        fits = []
        for name, place in document['channels'][channel]['messages'].items():
            key = place['$ref'].removeprefix('#/components/messages/')
            schema = {**document['components']['messages'][key]['payload'],
                      'components': document['components']}
            if jsonschema.Draft7Validator(schema).is_valid(message):
                fits.append(name)
        assert fits == ([expected] if expected else []), (channel, message, fits, expected)


class Watched:
    """A page that has to stay quiet."""

    def __init__(self, browser, url, allowed, **settings):
        context = browser.new_context(reduced_motion='reduce', **settings)
        if url.startswith('http'):
            context.grant_permissions(['clipboard-read', 'clipboard-write'])
        expect.set_options(timeout=15_000)
        self.page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.problems = []
        self.page.on('console', lambda it: self.note(it.type, it.text))
        self.page.on('pageerror', lambda it: self.problems.append(f'error: {it}'))
        self.page.on('dialog', self.dialog)
        self.page.on('request', lambda it: self.loads(it.url, allowed))
        self.page.goto(url)

    def note(self, kind, text):
        if kind in ('error', 'warning'):
            self.problems.append(f'{kind}: {text}')

    def dialog(self, dialog):
        self.problems.append(f'dialog: {dialog.message}')
        dialog.dismiss()

    def loads(self, url, allowed):
        if not (url.startswith(allowed) or url.startswith('data:')):
            self.problems.append(f'loads {url}')

    def fits(self):
        """No wider than its window, with every method closed and with every method open."""
        for _ in range(2):
            width, room = self.page.evaluate(
                '[document.documentElement.scrollWidth, innerWidth]')
            assert width <= room, f'{width} px in a window of {room} px'
            self.page.evaluate('document.querySelectorAll("details").forEach(it => it.open = true)')

    def end(self):
        assert not self.problems, '\n'.join(self.problems)


def reads(browser, url):
    for size in (WIDE, NARROW):
        watched = Watched(browser, url, url, viewport=size)
        page = watched.page
        rows = page.locator('details.method:visible')
        expect(rows).to_have_count(2)
        # By keyboard alone: to the search, to the one method that fits, and into it.
        page.keyboard.press('/')
        page.keyboard.type('capab cast')
        expect(rows).to_have_count(1)
        expect(page.locator('#found')).to_have_text('1 of 2 methods')
        page.keyboard.press('Enter')
        expect(rows.locator('.body')).to_be_visible()
        assert page.evaluate('document.activeElement.tagName') == 'SUMMARY'
        page.keyboard.press('/')
        page.keyboard.type('no such thing')
        expect(page.get_by_text('Nothing here is called so.')).to_be_visible()
        page.keyboard.press('Escape')
        expect(rows).to_have_count(2)
        opens_once(page)

        method = page.locator('[id="Scheduler.select_hosts"]')
        method.locator('summary').first.click()
        for text in ('Idempotent.', 'NoValidHost', 'filter_properties', 'since 2.6'):
            expect(method.get_by_text(text).first).to_be_visible()
        # A choice of language holds for all methods.
        method.get_by_role('tab', name='Rust').focus()
        page.keyboard.press('ArrowRight')
        expect(method.get_by_role('tab', name='Python')).to_have_attribute('aria-selected', 'true')
        expect(method.locator('.code:visible')).to_have_count(1)
        method.get_by_role('button', name='Copy the Python code').click()
        # From a file there is no clipboard to be had, so the code is there to be copied by hand.
        expect(method.locator('.code:visible [data-copy]')).to_have_text('Selected')
        assert 'oslo_messaging' in page.evaluate('getSelection().toString()')
        # A type leads to where it is told of.
        method.get_by_role('link', name='Host', exact=True).first.click()
        expect(page.locator('[id="Scheduler-type-Host"]')).to_be_in_viewport()
        watched.fits()
        labelled(page)
        watched.end()


def opens_once(page):
    """Who goes on typing as soon as a method is open is not taken back to the method."""
    focused = page.evaluate('''async () => {
        const find = document.querySelector("#find");
        find.focus();
        find.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        const opened = document.activeElement.tagName;
        find.focus();
        // A change of the hash is told of in a task of its own, and what it does is over by then.
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [opened, document.activeElement.id];
    }''')
    assert focused == ['SUMMARY', 'find'], focused
    page.locator('details[open] > summary').first.click()


def labelled(page):
    """Every control has a name, and every id is there once."""
    nameless = page.evaluate('''() => [...document.querySelectorAll("input, select, textarea, button")]
        .filter(it => !(it.labels?.length || it.getAttribute("aria-label") || it.textContent.trim()))
        .map(it => it.outerHTML)''')
    assert not nameless, nameless
    doubled = page.evaluate('''() => {
        const ids = [...document.querySelectorAll("[id]")].map(it => it.id);
        return ids.filter((id, at) => ids.indexOf(id) !== at);
    }''')
    assert not doubled, doubled


def hostile(browser, url):
    for size in (WIDE, NARROW):
        watched = Watched(browser, url, url, viewport=size)
        watched.fits()
        pictures = watched.page.evaluate('document.querySelectorAll("img, iframe, object").length')
        scripts = watched.page.evaluate('document.scripts.length')
        assert (pictures, scripts) == (0, 1), (pictures, scripts)
        labelled(watched.page)
        watched.end()


def calls(browser, url):
    watched = Watched(browser, url, url, viewport=WIDE)
    page = watched.page
    expect(page.locator('#live')).to_have_text('2 servers')
    for server in ('one', 'two'):
        expect(page.locator('.instances').get_by_role('rowheader', name=server)).to_be_visible()

    page.get_by_label('Find a method').fill('select')
    page.locator('[id="Scheduler.select_hosts"] summary').first.click()
    page.get_by_role('tab', name='Shell').first.click()
    page.get_by_role('button', name='Copy the Shell code').first.click()
    expect(page.locator('.code:visible [data-copy]').first).to_have_text('Copied')
    assert 'messaging-cli call' in page.evaluate('navigator.clipboard.readText()')
    method = page.locator('[id="Scheduler.select_hosts"]')
    form = method.locator('form')
    outcome = form.locator('.outcome')
    spec = form.get_by_label('request_spec')

    spec.fill('{"memory_mb": 2048}')
    form.get_by_role('button', name='Call it').click()
    expect(outcome.locator('.verdict')).to_contain_text('Answered')
    expect(outcome.locator('pre')).to_contain_text('"host": "host-1"')

    spec.fill('{"memory_mb": 9000}')
    spec.press('Tab')
    form.get_by_role('button', name='Call it').press('Enter')
    expect(outcome.locator('.verdict')).to_contain_text('NoValidHost')
    expect(outcome).to_contain_text('an error that the method declares')
    expect(outcome.locator('pre')).to_contain_text('9000 MB are needed')

    # What does not fit is refused here, or told by the server by its name.
    spec.fill('{"memory_mb": ')
    form.get_by_role('button', name='Call it').click()
    expect(form.locator('.wrong').first).to_contain_text('no JSON')
    assert page.evaluate('document.activeElement.tagName') == 'TEXTAREA'
    spec.fill('{"memory_mb": "much"}')
    form.get_by_role('button', name='Call it').click()
    expect(outcome.locator('.verdict')).to_have_class('verdict bad')
    expect(outcome).to_contain_text('cannot read argument `request_spec`')

    # To one server, by its name; and a cast.
    spec.fill('{"memory_mb": 1}')
    form.get_by_text('Server, time and context').click()
    form.get_by_label('Server', exact=True).select_option('two')
    form.get_by_role('button', name='Call it').click()
    expect(outcome.locator('.verdict')).to_contain_text('Answered')
    page.get_by_label('Find a method').fill('')
    cast = page.locator('[id="Scheduler.update_capabilities"]')
    cast.locator('summary').first.click()
    cast.get_by_label('host', exact=True).fill('host-2')
    cast.get_by_role('button', name='Send the cast').click()
    expect(cast.locator('.verdict')).to_contain_text('Sent')

    # The numbers follow.
    expect(method.locator('[data-stats]')).to_contain_text('4 runs', timeout=20_000)
    page.set_viewport_size(NARROW)
    watched.fits()
    labelled(page)
    watched.end()


def only_reads(browser, url):
    watched = Watched(browser, url, url, viewport=WIDE)
    page = watched.page
    expect(page.locator('#live')).to_have_text('1 server')
    page.locator('details.method summary').first.click()
    expect(page.get_by_text('Calling is switched off.').first).to_be_visible()
    assert page.locator('form').count() == 0
    watched.fits()
    watched.end()


def nobody(browser, url):
    watched = Watched(browser, url, url, viewport=NARROW)
    expect(watched.page.locator('.instances')).to_contain_text('Nobody serves it now.')
    watched.end()


def pictures(browser, url, folder):
    """The page as its reader sees it, for the documentation."""
    folder = pathlib.Path(folder)
    for name, size in (('wide', WIDE), ('narrow', NARROW)):
        for scheme in ('light', 'dark'):
            watched = Watched(browser, url, url, viewport=size, color_scheme=scheme)
            page = watched.page
            page.locator('.instances table').wait_for()
            method = page.locator('[id="Scheduler.select_hosts"]')
            method.locator('summary').first.click()
            form = method.locator('form')
            form.get_by_label('request_spec').fill('{"memory_mb": 9000}')
            form.get_by_role('button', name='Call it').click()
            form.locator('.verdict').wait_for()
            page.evaluate('document.activeElement.blur()')
            page.set_viewport_size({'width': size['width'], 'height': 1640})
            page.evaluate('scrollTo(0, 0)')
            page.screenshot(path=folder / f'page-{name}-{scheme}.png')
            watched.end()


def main():
    what, *arguments = sys.argv[1:]
    if what == 'asyncapi':
        return asyncapi(*arguments)
    if what == 'messages':
        return messages()
    program, *arguments = arguments
    with sync_playwright() as playwright:
        # As root there is no sandbox, and the pages are ours.
        browser = playwright.chromium.launch(executable_path=program, args=['--no-sandbox'])
        if what == 'pictures':
            pictures(browser, *arguments)
        else:
            look, url = arguments
            globals()[look](browser, url)
        browser.close()


main()
