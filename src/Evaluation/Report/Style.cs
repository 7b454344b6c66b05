namespace SVco.Evaluation.Report;

/// <summary>The page's style.</summary>
static class Style
{
    public const string Sheet = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b1e23;--soft:#5b626d;--rule:#d9dce1;--tint:#f4f5f7;--link:#0b5cad;--plus:0,103,192;--minus:200,80,0;
        --series-0:#0067c0;--series-1:#c24f00;--series-2:#00805a;--series-3:#b0478f;--series-4:#8a6d00;--series-5:#2c8fc9;--series-6:#6b52c8;--series-7:#5f666f}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e8eb;--soft:#a4abb5;--rule:#3a4049;--tint:#1e2228;--link:#7db7f5;--plus:60,150,240;--minus:235,120,40;
        --series-0:#58a9f5;--series-1:#f5924f;--series-2:#3cc79a;--series-3:#e58fc8;--series-4:#d9b93b;--series-5:#8cd0f5;--series-6:#ab9af5;--series-7:#aab1ba}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:78rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{font-size:1.6rem;line-height:1.2;margin:.2em 0}h2{font-size:1.25rem;margin:2.2em 0 .4em;border-bottom:1px solid var(--rule)}h3{font-size:1rem;margin:1.4em 0 .3em}
        p,li,dd,figcaption{overflow-wrap:anywhere}ul.summary{padding-left:1.2rem;max-width:60rem}ul.summary li:first-child{font-size:1.05rem;font-weight:600}.soft,figcaption,small,.caption{color:var(--soft)}.caption{font-size:.9rem;margin:.3rem 0}
        ul.notes{border-left:4px solid var(--series-1);padding:.4rem 1rem .4rem 2rem;background:var(--tint)}
        dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.15rem 1rem;margin:.5rem 0}dt{color:var(--soft)}dd{margin:0}
        code,.t{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.88em}code{overflow-wrap:anywhere}
        .scroll{overflow-x:auto;max-width:100%}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
        th,td{padding:.3rem .34rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap;vertical-align:top}
        th:first-child,td.text{text-align:left}th[scope=row]{position:sticky;left:0;background:var(--paper);font-weight:600;white-space:normal;min-width:9.8rem;max-width:15rem;overflow-wrap:anywhere}thead th{background:var(--tint);font-weight:600;white-space:normal;vertical-align:bottom}
        thead th[scope=colgroup]{text-align:center;border-left:1px solid var(--rule)}td small{font-size:.78rem;display:block;line-height:1.2}td.best b{text-decoration:underline;text-underline-offset:.2em}td sup{font-size:.65rem;color:var(--soft)}
        .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1rem}
        figure{margin:0;break-inside:avoid;min-width:0}figure svg{width:100%;max-width:560px;height:auto;display:block}figure svg text{font-family:inherit}figcaption{font-size:.88rem}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.4rem 0}
        .formula{display:flex;flex-wrap:wrap;gap:.3rem .5rem;align-items:center}.formula div{display:flex;gap:.5rem;align-items:center;max-width:100%;overflow-x:auto;overflow-y:hidden}math{font-size:1.05rem}math[display=block]{text-align:left;width:max-content}
        .example{display:grid;grid-template-columns:minmax(5rem,9rem) 1fr;gap:1rem;border-top:1px solid var(--rule);padding:.8rem 0;break-inside:avoid}
        .example img{width:100%;image-rendering:pixelated;border:1px solid var(--rule)}.example p{margin:.1rem 0 .4rem}.answers td{white-space:normal;text-align:left}.answers td.score{text-align:right;white-space:nowrap}.answers th{white-space:normal;text-align:left}.answers{width:100%}
        .heat td{white-space:normal;text-align:left}.heat td:last-child{white-space:nowrap;text-align:right}.heat th{white-space:normal;text-align:left}.t{display:inline-block;line-height:1.4;padding:.05rem .25rem;margin:.05rem;border-radius:.2rem;position:relative;border-bottom:2px solid transparent;white-space:pre}
        .t.minus{border-bottom-color:rgb(var(--minus))}.t:hover::after,.t:focus::after{content:attr(data-nats);position:absolute;left:0;bottom:100%;background:var(--ink);color:var(--paper);padding:.05rem .4rem;border-radius:.2rem;z-index:2;white-space:nowrap}
        :focus-visible{outline:2px solid var(--link)}details{margin:.2rem 0}summary{cursor:pointer;color:var(--link)}
        @media (max-width:480px){body{padding:1rem .8rem 3rem}.example{grid-template-columns:1fr}.example img{max-width:9rem}dl{grid-template-columns:1fr}dd{margin:0 0 .3rem}th,td{padding:.3rem .35rem}th[scope=row]{min-width:6.3rem;max-width:6.5rem}}
        @media print{th[scope=row]{min-width:5rem}:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--tint:#f0f0f0}body{max-width:none;padding:0;font-size:10pt}.scroll,.formula div{overflow:visible}table{font-size:7pt}th,td{padding:.15rem .25rem}tr{break-inside:avoid}.t{print-color-adjust:exact}math{font-size:9pt}h2,h3,.caption,.legend{break-after:avoid}details{display:none}.example{grid-template-columns:6rem 1fr}.grid{grid-template-columns:1fr 1fr}figure svg{max-width:11cm}}
        """;
}
