using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>The text in which a judge is asked about one answer, with names in braces where the item's texts go, such as {question}.</summary>
/// <param name="User">The user's message. Braces around anything but one of the benchmark's names are text.</param>
/// <param name="System">The system message before it; none where empty.</param>
/// <param name="Hint">What is added to the user's message where a first reply could not be read; nothing where empty.</param>
public sealed partial record JudgePrompt(string User, string System = "", string Hint = "")
{
    /// <summary>The messages about an answer. What is put in is never searched for names again.</summary>
    /// <param name="hinted">Whether the hint is added.</param>
    /// <param name="parts">What stands for each name.</param>
    public ImmutableArray<JudgeMessage> Messages(bool hinted, params (string Name, string Text)[] parts)
    {
        var texts = parts.ToDictionary(part => part.Name, part => part.Text);
        var user = new JudgeMessage(
            "user",
            InBraces().Replace(User, match => texts.GetValueOrDefault(match.Groups[1].Value, match.Value)) + (hinted ? Hint : "")
        );
        return System.Length == 0 ? [user] : [new("system", System), user];
    }

    [GeneratedRegex(@"\{([a-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex InBraces();
}
