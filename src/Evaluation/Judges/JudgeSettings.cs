using SVco.Chat;

namespace SVco.Evaluation.Judges;

/// <summary>Who judges answers that no rule can grade.</summary>
public sealed record JudgeSettings : ChatSettings
{
    /// <inheritdoc/>
    protected override string WithoutPrice(string model) =>
        $"What {model} costs is not known: give --judge-input-price and --judge-output-price, in USD a million tokens (0 where it costs nothing), with --judge-model {model}.";

    /// <inheritdoc/>
    protected override string Named(string setting) =>
        setting switch
        {
            "base_url" => "--judge-url",
            "key_variable" => "--judge-key",
            _ => $"--judge-{setting.Replace('_', '-')}",
        };

    /// <summary>The model that judges; null takes the one that each benchmark's official script asks.</summary>
    public string? Model { get; init; }

    /// <summary>Compares the settings with what is possible.</summary>
    /// <param name="require">Is told what holds, and what is wanted where it does not.</param>
    public void Check(Action<bool, string> require) => CheckEndpoint(require);
}
