using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The head of a column.</summary>
/// <param name="Name">What stands in it.</param>
/// <param name="Detail">Below the name, such as the metric; may be empty.</param>
/// <param name="Group">What it has in common with its neighbours, such as a domain; empty where nothing.</param>
/// <param name="Mark">The letters of the notes on it.</param>
/// <param name="IsText">Whether it holds words, which stand to the left.</param>
sealed record GridHead(string Name, string Detail = "", string Group = "", string Mark = "", bool IsText = false)
{
    /// <summary>The name with its detail and mark.</summary>
    public string InOneLine => string.Join(' ', new[] { Name, Detail, InBrackets }.Where(part => part.Length > 0));

    /// <summary>The mark in brackets; empty where there is none.</summary>
    public string InBrackets => Mark.Length == 0 ? "" : $"[{Mark}]";
}

/// <summary>An entry.</summary>
/// <param name="Text">The number or the words.</param>
/// <param name="Error">Below it, such as the standard error; may be empty.</param>
/// <param name="Range">The interval in place of the error where there is room; may be empty.</param>
/// <param name="Standing">How it stands in its column.</param>
/// <param name="Mark">The letters of the notes on it.</param>
sealed record GridCell(string Text, string Error = "", string Range = "", Standing Standing = Standing.Other, string Mark = "")
{
    /// <summary>Nothing to tell.</summary>
    public static GridCell None { get; } = new("–");
}

/// <summary>A row: its name and an entry for each column.</summary>
sealed record GridRow(string Name, ImmutableArray<GridCell> Cells);

/// <summary>A table, before it becomes text, Markdown, LaTeX or a part of a page.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Caption">How to read it; may be empty.</param>
/// <param name="Corner">What the rows are.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows.</param>
sealed record Grid(string Title, string Caption, string Corner, ImmutableArray<GridHead> Columns, ImmutableArray<GridRow> Rows)
{
    /// <summary>The table with rows and columns exchanged.</summary>
    /// <param name="corner">What the rows are then.</param>
    public Grid Transposed(string corner) =>
        this with
        {
            Corner = corner,
            Columns = [.. Rows.Select(row => new GridHead(row.Name))],
            Rows = [.. Columns.Select((head, at) => new GridRow(head.InOneLine, [.. Rows.Select(row => row.Cells[at])]))],
        };

    /// <summary>The caption of a table whose entries have their standard errors below them or beside them.</summary>
    public string CaptionWithErrors =>
        Joined(Rows.Any(row => row.Cells.Any(cell => cell.Error.StartsWith('±'))) ? "± standard error." : "");

    /// <summary>The caption of a table whose entries have their intervals below them.</summary>
    public string CaptionWithRanges => Joined(HasRanges ? "Below a number stands its 95 % interval." : "");

    bool HasRanges => Rows.Any(row => row.Cells.Any(cell => cell.Range.Length > 0));

    string Joined(string first) => string.Join(' ', new[] { first, Caption }.Where(part => part.Length > 0));

    /// <summary>The sign behind an entry: ¹ best, ¹? best but its lead may be chance, ² second best.</summary>
    public static string Sign(Standing standing) =>
        standing switch
        {
            Standing.Best => "¹",
            Standing.BestWithinError => "¹?",
            Standing.Second => "²",
            _ => "",
        };

    /// <summary>What the signs mean.</summary>
    public const string Signs =
        "¹ best; ¹? best, but its lead over the next may be chance: its 95 % interval covers 0, or its p is not below 0.05; ² second best.";
}
