/** The page's only style; the answer's headers allow this text and no other. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 15rem 1fr; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); }
nav h1 { font-size: 1.05rem; margin: 0 0 1rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .2rem 0; color: inherit; text-decoration: none; }
nav a:hover, nav a:focus { text-decoration: underline; }
main { padding: 1.5rem 2rem 4rem; max-width: 68rem; min-width: 0; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem; }
h3 { margin: 1rem 0 .35rem; font-size: .95rem; }
h3 small { font-weight: 400; opacity: .7; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: 0 .9rem; overflow-x: auto; }
details[open] { padding-bottom: .9rem; }
summary { cursor: pointer; padding: .55rem 0; }
summary .what { opacity: .75; margin-left: .5rem; }
.method { display: inline-block; min-width: 4.4rem; text-align: center; border-radius: 4px; padding: 0 .4rem; font: 600 .8rem/1.6 ui-monospace, monospace; color: #fff; background: #4a5568; }
.method.get { background: #1d6fb8; } .method.post { background: #1c7c3c; }
.method.put { background: #8a5a00; } .method.delete { background: #b3261e; }
table { border-collapse: collapse; width: 100%; margin: .25rem 0; font-size: .92rem; }
td { border-top: 1px solid var(--line); padding: .3rem .6rem; vertical-align: top; }
td:first-child { white-space: nowrap; width: 1%; }
td table { background: var(--soft); }
code { font: .9em ui-monospace, monospace; }
em { font-size: .85em; opacity: .75; }
@media (max-width: 48rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } td { overflow-wrap: anywhere; } td:first-child { white-space: normal; width: auto; min-width: 6rem; } td table td { display: block; border: 0; } }
`;
