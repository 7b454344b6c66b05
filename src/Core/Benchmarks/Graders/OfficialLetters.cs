namespace SVco.Core.Benchmarks;

/// <summary>
/// The official rule of MMVP, CV-Bench and RealWorldQA: the answer is stripped, made small, perhaps cut to its first code points, and freed
/// of parentheses and white space; then it must equal the label, treated likewise but never cut.
/// </summary>
static class OfficialLetters
{
    /// <summary>The code points that the cut leaves.</summary>
    const int Cut = 4;

    /// <summary>Whether an answer is right.</summary>
    /// <param name="answer">What the model wrote.</param>
    /// <param name="label">The truth, such as "(A)".</param>
    /// <param name="cut">Whether only the first four code points of the answer count.</param>
    /// <param name="deletePeriods">Whether periods are deleted too.</param>
    public static bool IsRight(string answer, string label, bool cut, bool deletePeriods)
    {
        var small = PythonText.Lower(PythonText.Strip(answer));
        return Bare(cut ? PythonText.First(small, Cut) : small) == Bare(PythonText.Lower(PythonText.Strip(label)));

        string Bare(string text) =>
            string.Concat(
                text.Where(letter => letter is not ('(' or ')') && !PythonText.IsSpace(letter) && !(deletePeriods && letter == '.'))
            );
    }
}
