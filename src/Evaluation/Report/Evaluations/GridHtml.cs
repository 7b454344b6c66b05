using SVco.Core;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Tables as parts of a page.</summary>
static class GridHtml
{
    /// <summary>The table under its title, which scrolls by itself where the page is narrow, and its caption, which does not.</summary>
    public static Html Of(Grid grid)
    {
        Html table =
            $"<table class=\"grid-table\"><thead>{Groups(grid)}<tr><th scope=\"col\">{grid.Corner}</th>{grid.Columns.Select(Head)}</tr></thead><tbody>{grid.Rows.Select(row => Row(grid, row))}</tbody></table>";
        Html caption = grid.CaptionWithRanges.Length == 0 ? Html.Empty : $"<p class=\"caption\">{grid.CaptionWithRanges}</p>";
        return $"<h3>{grid.Title}</h3><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{grid.Title}\">{table}</div>{caption}";
    }

    static Html Groups(Grid grid) =>
        grid.Columns.All(head => head.Group.Length == 0)
            ? Html.Empty
            : $"<tr><td></td>{Runs(grid).Select<(string Name, int Count), Html>(run => $"<th scope=\"colgroup\" colspan=\"{run.Count}\">{run.Name}</th>")}</tr>";

    /// <summary>Neighbours of one group.</summary>
    static List<(string Name, int Count)> Runs(Grid grid) =>
        grid.Columns.Aggregate(
            new List<(string Name, int Count)>(),
            (runs, head) =>
            {
                if (runs.Count > 0 && runs[^1].Name == head.Group)
                {
                    runs[^1] = (head.Group, runs[^1].Count + 1);
                }
                else
                {
                    runs.Add((head.Group, 1));
                }

                return runs;
            }
        );

    static Html Head(GridHead head)
    {
        Html detail = head.Detail.Length == 0 ? Html.Empty : $"<small>{head.Detail}</small>";
        return head.IsText
            ? (Html)$"<th scope=\"col\" class=\"text\">{head.Name}{Mark(head.InBrackets)}{detail}</th>"
            : $"<th scope=\"col\">{head.Name}{Mark(head.InBrackets)}{detail}</th>";
    }

    static Html Row(Grid grid, GridRow row) => $"<tr><th scope=\"row\">{row.Name}</th>{row.Cells.Zip(grid.Columns, Cell)}</tr>";

    static Html Cell(GridCell cell, GridHead head)
    {
        var below = cell.Range.Length > 0 ? cell.Range : cell.Error;
        Html number = cell.Standing switch
        {
            Standing.Best => $"<b>{cell.Text}</b><sup title=\"best\">1</sup>",
            Standing.BestWithinError => $"{cell.Text}<sup title=\"best, but its lead over the next may be chance\">1?</sup>",
            Standing.Second => $"{cell.Text}<sup title=\"second best\">2</sup>",
            _ => $"{cell.Text}",
        };
        Html small = below.Length == 0 ? Html.Empty : $"<small>{below}</small>";
        return head.IsText
            ? (Html)$"<td class=\"text\">{number}{Mark(cell.Mark)}{small}</td>"
            : $"<td>{number}{Mark(cell.Mark)}{small}</td>";
    }

    static Html Mark(string mark) => mark.Length == 0 ? Html.Empty : $"<sup>{mark}</sup>";
}
