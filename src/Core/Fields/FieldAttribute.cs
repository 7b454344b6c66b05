namespace SVco.Core.Fields;

/// <summary>
/// Makes a property a field that scripts, the command line, YAML files and sweeps call by one name; it says for all of them what the
/// field means and which numbers it takes.
/// </summary>
/// <param name="help">A sentence for the person at the keyboard.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FieldAttribute(string help) : Attribute
{
    /// <summary>A sentence for the person at the keyboard.</summary>
    public string Help { get; } = help;

    /// <summary>What a number counts or is measured in; empty for a mere number.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The smallest number.</summary>
    public double From { get; init; } = double.NegativeInfinity;

    /// <summary>All numbers are above this one.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number.</summary>
    public double To { get; init; } = double.PositiveInfinity;

    /// <summary>All numbers are below this one.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>The option of the command line, without dashes, where it is not called after the field.</summary>
    public string? Option { get; init; }

    /// <summary>
    /// It is about the machine: where files lie, how fast the run goes and in how much memory. Runs that differ only in such fields are the
    /// same experiment.
    /// </summary>
    public bool IsMachineSetting { get; init; }

    /// <summary>Whether a number is finite and in range.</summary>
    public bool Allows(double number) => double.IsFinite(number) && number >= From && number > Above && number <= To && number < Below;

    /// <summary>The range in words, such as <c>from 0 to below 1</c>; empty when every finite number is allowed.</summary>
    public string Range =>
        (Lowest, Highest) switch
        {
            ({ } lowest, { } highest) =>
                $"{(lowest.Excluded ? "above" : "from")} {lowest.Text} to {(highest.Excluded ? "below " : "")}{highest.Text}",
            ({ } lowest, null) => $"{(lowest.Excluded ? "above" : "at least")} {lowest.Text}",
            (null, { } highest) => $"{(highest.Excluded ? "below" : "at most")} {highest.Text}",
            _ => "",
        };

    (string Text, bool Excluded)? Lowest =>
        double.IsFinite(Above) ? (FieldText.Of(Above), true)
        : double.IsFinite(From) ? (FieldText.Of(From), false)
        : null;

    (string Text, bool Excluded)? Highest =>
        double.IsFinite(Below) ? (FieldText.Of(Below), true)
        : double.IsFinite(To) ? (FieldText.Of(To), false)
        : null;
}
