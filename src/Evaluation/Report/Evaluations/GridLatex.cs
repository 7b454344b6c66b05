using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Tables in LaTeX; they need the package booktabs.</summary>
static class GridLatex
{
    static readonly ImmutableDictionary<char, string> Special = new Dictionary<char, string>
    {
        ['\\'] = "\\textbackslash{}",
        ['{'] = "\\{",
        ['}'] = "\\}",
        ['%'] = "\\%",
        ['&'] = "\\&",
        ['#'] = "\\#",
        ['$'] = "\\$",
        ['_'] = "\\_",
        ['^'] = "\\textasciicircum{}",
        ['~'] = "\\textasciitilde{}",
        ['\u00A0'] = "~",
        ['−'] = "$-$",
        ['±'] = "$\\pm$",
        ['↑'] = "$\\uparrow$",
        ['↓'] = "$\\downarrow$",
    }.ToImmutableDictionary();

    /// <summary>The table.</summary>
    public static string Of(Grid grid) =>
        $$"""
            % {{TerminalText.Shown(grid.Title)}}
            \begin{tabular}{l{{string.Concat(grid.Columns.Select(head => head.IsText ? 'l' : 'r'))}}}
            \toprule
            {{Line(grid.Columns.Select(Head).Prepend(Escaped(grid.Corner)))}}
            \midrule
            {{string.Join('\n', grid.Rows.Select(row => Line(row.Cells.Select(Cell).Prepend(Escaped(row.Name)))))}}
            \bottomrule
            \end{tabular}
            % {{TerminalText.Shown(grid.CaptionWithErrors)}}

            """;

    /// <summary>A text that is only text.</summary>
    public static string Escaped(string text) =>
        string.Concat(TerminalText.Shown(text).Select(letter => Special.GetValueOrDefault(letter, $"{letter}")));

    static string Line(IEnumerable<string> cells) => $"{string.Join(" & ", cells)} \\\\";

    static string Head(GridHead head) =>
        head.Detail.Length == 0
            ? $"{Escaped(head.Name)}{Mark(head.Mark)}"
            : $"\\shortstack[r]{{{Escaped(head.Name)}{Mark(head.Mark)}\\\\{Escaped(head.Detail)}}}";

    static string Cell(GridCell cell)
    {
        var text = Escaped(cell.Text);
        var standing = cell.Standing switch
        {
            Standing.Best => $"\\textbf{{{text}}}",
            Standing.BestWithinError => $"{text}$^{{1?}}$",
            Standing.Second => $"\\underline{{{text}}}",
            _ => text,
        };
        return $"{standing}{Mark(cell.Mark)}{(cell.Error.Length == 0 ? "" : $" {{\\scriptsize {Escaped(cell.Error)}}}")}";
    }

    static string Mark(string mark) => mark.Length == 0 ? "" : $"\\textsuperscript{{{mark}}}";
}
