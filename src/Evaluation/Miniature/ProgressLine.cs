namespace SVco.Evaluation.Miniature;

/// <summary>Shows how far a study is: one line that is written over where a person looks, a line for each tenth elsewhere.</summary>
/// <param name="writer">Where it goes.</param>
public sealed class ProgressLine(TextWriter writer)
{
    const int Width = 30;

    int tenths = -1;

    /// <summary>Shows it.</summary>
    public void Show(StudyProgress progress)
    {
        var line = FormattableString.Invariant(
            $"[{new string('#', (int)(progress.Done * Width)).PadRight(Width, '.')}] {progress.Done, 4:P0}  {Left(progress)}{progress.Part}"
        );
        if (!Console.IsErrorRedirected)
        {
            writer.Write($"\r{line, -100}{(progress.Done >= 1 ? Environment.NewLine : "")}");
        }
        else if ((int)(10 * progress.Done) > tenths)
        {
            tenths = (int)(10 * progress.Done);
            writer.WriteLine(line);
        }
    }

    static string Left(StudyProgress progress) =>
        progress is { Done: < 1, Left: { } left } ? FormattableString.Invariant($"{Math.Ceiling(left.TotalSeconds):F0} s left  ") : "";
}
