namespace SVco.Evaluation.Report.Evaluations;

/// <summary>What an evaluation's page needs beside the style of all reports.</summary>
static class EvaluationStyle
{
    public const string Sheet = """
        :root{--right:#1a7f4b;--wrong:#b3372b;--partly:#8a6d00}
        @media (prefers-color-scheme:dark){:root{--right:#4cc38a;--wrong:#f08a80;--partly:#d9b93b}}
        body{overflow-wrap:anywhere}dd{min-width:0}nav li,.legend li{min-width:0;max-width:100%}@media (min-width:481px){dl{grid-template-columns:fit-content(18rem) minmax(0,1fr)}}
        h2{scroll-margin-top:.5rem}thead th{overflow-wrap:break-word}thead th small{display:block;font-weight:400;font-size:.78rem}td.text,th.text{text-align:left}.fault{color:var(--wrong)}
        .grid-table td b{text-decoration:underline;text-underline-offset:.2em}.grid-table tbody tr:hover td{background:var(--tint)}
        nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.6rem 0}a{color:var(--link)}
        .marks{list-style:none;padding:0;max-width:60rem;font-size:.9rem}.marks li{margin:.25rem 0;padding-left:2.2rem;text-indent:-2.2rem}.marks b{display:inline-block;min-width:2.2rem;text-indent:0}
        .answered{display:grid;grid-template-columns:minmax(6rem,14rem) 1fr;gap:1rem;border-top:1px solid var(--rule);padding:.9rem 0;break-inside:avoid}
        .answered>div{min-width:0}.answered p{margin:.15rem 0 .4rem}.picture img{max-width:100%;height:auto;border:1px solid var(--rule);display:block}
        .words{white-space:pre-wrap;overflow-wrap:anywhere;max-height:15rem;overflow-y:auto}.question{font-weight:600}
        .side-by-side{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.6rem;margin-top:.5rem}
        .said{min-width:0;background:var(--tint);border-left:4px solid var(--rule);padding:.4rem .7rem;overflow-wrap:anywhere}.said h4{margin:0;font-size:.92rem;overflow-wrap:anywhere}.said p{font-size:.92rem}
        .said .state{font-weight:400;white-space:nowrap}.said.r{border-color:var(--right)}.said.w{border-color:var(--wrong)}.said.p,.said.u{border-color:var(--partly)}.r .state{color:var(--right)}.w .state{color:var(--wrong)}.p .state,.u .state{color:var(--partly)}
        .filters{display:flex;flex-wrap:wrap;gap:.5rem .9rem;margin:.6rem 0}.filters label{color:var(--soft);font-size:.9rem;display:flex;flex-direction:column;min-width:0;max-width:100%}
        select,input,button{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:.3rem;padding:.3rem .5rem;max-width:100%;min-height:2.4rem}select{max-width:min(100%,16rem)}input{width:9rem}button:disabled{color:var(--soft);opacity:.6}
        .narrow{display:none}.grid-table th[scope=row]{min-width:8rem}
        .turn{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.5rem 0}
        @media (max-width:600px){.answered{grid-template-columns:1fr}.picture img{max-width:14rem}.filters label{flex:1 1 45%}select,input{width:100%;max-width:100%}
        select,input,button{min-height:2.75rem}.turn button{flex:1 1 6rem}.turn span{flex:1 0 100%}nav a{display:inline-block}nav a,summary{padding:.6rem 0}nav ul{gap:0 1.2rem}.wide{display:none}.narrow{display:block}}
        @media (max-width:480px){.grid-table{font-size:.82rem}.grid-table th,.grid-table td{padding:.3rem .22rem}.grid-table th[scope=row]{min-width:6.6rem;max-width:7.4rem}.grid-table td small,.grid-table th small{font-size:.7rem}}
        @media print{.filters,.turn,nav{display:none}}
        """;
}
