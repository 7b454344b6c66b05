using SVco.Core.Fields;

namespace SVco.Experiments;

/// <summary>A field of an experiment and a value for it.</summary>
/// <param name="Path">The field's dotted name, such as <c>train.learning_rate</c>.</param>
/// <param name="Value">The value's text, as the person wrote it; a formula keeps its short name so.</param>
public sealed record Setting(string Path, string Value)
{
    /// <summary>The text that all ways of writing the value have in common: 1e-6 for 0.000001.</summary>
    internal string Canonical => FieldText.Of(FieldNames.Find(Path).With(Any, Value)[Path]);

    static readonly Experiment Any = new("any");

    /// <inheritdoc/>
    public override string ToString() => $"{Path}={Value}";
}
