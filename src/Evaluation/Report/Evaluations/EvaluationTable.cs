using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The tables of an evaluation for a terminal, a README, a paper and a spreadsheet.</summary>
public static class EvaluationTable
{
    /// <summary>
    /// Table 1 with its notes, each model against the base model, the numbers by both rules where they differ, what is measured beside, the spread
    /// over runs, the runs without images, each benchmark by category, and the perplexity of captions; no line is longer than 80 letters.
    /// </summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <exception cref="UserException">The result has no model, or its models cannot be compared.</exception>
    public static string Text(EvaluationResult result, int resamples = Bootstrap.Resamples) =>
        Text(EvaluationNumbers.Of(result, resamples));

    internal static string Text(EvaluationNumbers numbers)
    {
        var notes = EvaluationNotes.Of(numbers).SelectMany(note => TerminalText.Hanging($"[{note.Mark}] ", note.Text));
        return string.Join(
            '\n',
            Grids(numbers, isNarrow: true)
                .Select((grid, at) => at == 0 ? GridText.Of(grid) + string.Concat(notes.Select(line => $"{line}\n")) : GridText.Of(grid))
        );
    }

    /// <summary>The same tables in Markdown.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <exception cref="UserException">As for the text.</exception>
    public static string Markdown(EvaluationResult result, int resamples = Bootstrap.Resamples) =>
        Markdown(EvaluationNumbers.Of(result, resamples));

    internal static string Markdown(EvaluationNumbers numbers)
    {
        var notes = EvaluationNotes.Of(numbers).Select(note => $"\\[{note.Mark}\\] {GridMarkdown.Escaped(note.Text)}\n");
        string[] grids = [.. Grids(numbers).Select(GridMarkdown.Of)];
        return string.Join('\n', [grids[0], .. notes, .. grids[1..]]);
    }

    /// <summary>Table 1 in LaTeX (package booktabs), its notes as comments.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <exception cref="UserException">As for the text.</exception>
    public static string Latex(EvaluationResult result, int resamples = Bootstrap.Resamples)
    {
        var numbers = EvaluationNumbers.Of(result, resamples);
        var notes = EvaluationNotes.Of(numbers).Select(note => $"% [{note.Mark}] {TerminalText.Shown(note.Text)}\n");
        return GridLatex.Of(EvaluationGrids.TableOne(numbers)) + string.Concat(notes);
    }

    /// <summary>All tables, Table 1 first.</summary>
    static ImmutableArray<Grid> Grids(EvaluationNumbers numbers, bool isNarrow = false) =>
        [
            // Eleven columns of numbers are wider than a terminal.
            isNarrow ? EvaluationGrids.TableOne(numbers).Transposed("number") : EvaluationGrids.TableOne(numbers),
            .. EvaluationGrids.Choices(numbers),
            .. EvaluationGrids.Differences(numbers),
            .. EvaluationGrids.BothRules(numbers),
            .. EvaluationGrids.Others(numbers),
            .. EvaluationGrids.Spreads(numbers),
            .. EvaluationGrids.Dependencies(numbers),
            .. EvaluationGrids.Categories(numbers),
            .. PerplexityFigure.Grids(numbers.Perplexities),
        ];
}
