//! Checks of our own, for what axe-core does not look at.

use crate::support::browser::Browser;

/// Labels that are seen and said alike (WCAG 3.3.2, 2.5.3), questions in a group with a name (1.3.1),
/// targets of 44 px (2.5.8 wants 24), no scrolling sideways (1.4.10), the same with more space between
/// letters and lines (1.4.12), one heading of the first level and none left out (2.4.6), and no word of
/// the catalogue's own keys.
const CHECKS: &str = r"
    const faults = [];
    const shown = element => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
    const name = element => element.outerHTML.slice(0, 120);
    for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (!shown(field)) continue;
        const label = [...field.labels].find(shown);
        if (!label || !label.innerText.trim()) faults.push('no visible label: ' + name(field));
        if (field.type === 'radio') {
            const group = field.closest('[role=radiogroup]'), set = field.closest('fieldset');
            const said = (group?.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id)?.innerText || '').join(' ');
            const legend = set?.querySelector('legend')?.innerText;
            if (!legend || !said.includes(legend)) faults.push('a question without its subject: ' + name(field));
        }
    }
    for (const target of document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')) {
        if (!shown(target) || target.matches('.skip')) continue;
        const box = (target.closest('.pick') || target).getBoundingClientRect();
        const inText = target.matches('p a, li a, td a') && target.closest('.errors');
        const least = inText ? 20 : 44;
        if (box.height < least - 0.5 || box.width < 24) faults.push(`a target of ${box.width} × ${box.height}: ` + name(target));
    }
    const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter(shown).map(heading => +heading.tagName[1]);
    if (levels.filter(level => level === 1).length !== 1) faults.push('not one h1: ' + levels);
    for (const landmark of ['header', 'main', 'footer']) if (document.querySelectorAll(landmark).length !== 1) faults.push('not one ' + landmark);
    if (document.querySelector('a, button, input, select, summary') !== document.querySelector('a.skip')) faults.push('the skip link is not the first');
    const sideways = why => { if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push('scrolls sideways' + why + ': ' + document.documentElement.scrollWidth); };
    sideways('');
    const spacing = new CSSStyleSheet();
    spacing.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-bottom:2em!important}');
    document.adoptedStyleSheets = [spacing];
    sideways(' with spaced text');
    for (const element of document.querySelectorAll('body *')) {
        if (!shown(element) || element.closest('.scroll')) continue;
        const style = getComputedStyle(element);
        if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) faults.push('spaced text is cut: ' + name(element));
        if (style.overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1 && !element.matches('html, body, select, input, textarea')) faults.push('spaced text is cut: ' + name(element));
    }
    document.adoptedStyleSheets = [];
    // a policy may be called as a word is: what stands as code is a name and no word
    const codes = [...document.querySelectorAll('code')].map(one => one.textContent).join(' ');
    const key = [...document.body.innerText.matchAll(/\b(choices|state|saved|stop|stopped|already|why|gone|problem|access|undo|source|channel|weekday|month|enter|inbox|link|me|confirm|confirmed|kind|data|copy|col|request|requests|reply)-[a-z_]+/g)].find(found => !codes.includes(found[0]));
    if (key) faults.push('a key and not a word: ' + key[0]);
    if (/\{ ?\$/.test(document.body.innerText)) faults.push('a variable is printed');
    if (!document.title.trim() || !document.documentElement.lang) faults.push('no title or no language');
    return faults;";

/// What is wrong with the page as the window shows it now.
pub fn faults(browser: &Browser) -> Vec<String> {
    let found = browser.script(CHECKS);
    let text = |fault: &serde_json::Value| fault.as_str().unwrap_or_default().to_owned();
    found.as_array().expect("a list").iter().map(text).collect()
}
