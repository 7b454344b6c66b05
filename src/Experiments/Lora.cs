using SVco.Core.Fields;
using SVco.Models.Lora;

namespace SVco.Experiments;

/// <summary>Low-rank adapters in place of full finetuning (arXiv 2106.09685); saved in PEFT's format.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">The update is scaled by alpha / r.</param>
/// <param name="Targets">Names of linear maps, such as q_proj.</param>
public sealed record Lora(
    [property: Field("The rank of the adapters; giving one trains adapters in place of the model.", From = 1)] int Rank,
    [property: Field("The update of the adapters is scaled by alpha / rank.", Above = 0)] double Alpha,
    [property: Field("The linear maps that get adapters, such as q_proj.")] params string[] Targets
)
{
    /// <summary>Adapters of rank 16 at the queries and values.</summary>
    public Lora()
        : this(16, 32, [.. LoraConfig.UsualTargets]) { }

    /// <summary>Whether both say the same.</summary>
    public bool Equals(Lora? other) =>
        other is not null && (Rank, Alpha) == (other.Rank, other.Alpha) && Targets.AsSpan().SequenceEqual(other.Targets);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, Alpha, Targets.Length);
}
