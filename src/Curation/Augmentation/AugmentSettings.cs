using SVco.Chat;

namespace SVco.Curation.Augmentation;

/// <summary>Who writes questions and answers.</summary>
public enum Augmenter
{
    /// <summary>Rules; no language model.</summary>
    Template,

    /// <summary>A language model behind an OpenAI-compatible endpoint.</summary>
    Chat,

    /// <summary>Nobody: one question for all, the captions untouched (the raw ablation).</summary>
    None,
}

/// <summary>How pairs get their questions and answers.</summary>
public sealed record AugmentSettings : ChatSettings
{
    /// <inheritdoc/>
    protected override string Named(string setting) => $"augment: {setting}";

    /// <summary>Who writes.</summary>
    public Augmenter Augmenter { get; init; }

    /// <summary>The model's name.</summary>
    public string Model { get; init; } = "gpt-4o";

    /// <summary>The sampling temperature; the paper raises it for variety.</summary>
    public double Temperature { get; init; } = 1.0;

    /// <summary>The longest answer in tokens.</summary>
    public int MaxOutputTokens { get; init; } = 400;

    /// <summary>How often a call is asked anew when its answer breaks a law.</summary>
    public int Retries { get; init; } = 2;

    internal void Check(Action<bool, string> require)
    {
        require(Enum.IsDefined(Augmenter), "augment: augmenter is template, chat or none");
        require(Temperature is >= 0 and <= 2, "augment: temperature is from 0 to 2");
        require(Retries is >= 0 and <= 10, "augment: retries is from 0 to 10");
        require(MaxOutputTokens is > 0 and <= 1_000_000, "augment: max_output_tokens is from 1 to 1000000");
        require(
            Augmenter != Augmenter.Chat || Prices.ContainsKey(Model),
            $"augment: prices has no {Model}, whose calls could then not be counted against the budget"
        );
        CheckEndpoint(require);
    }
}
