namespace SVco.Core;

/// <summary>Which of two ways is taken where the official implementation does something a careful person would not.</summary>
public enum Behaviour
{
    /// <summary>Equal to the official PyTorch code, quirks included (the golden files).</summary>
    Official,

    /// <summary>What a careful person would do; docs/behaviour.md lists every difference.</summary>
    Corrected,
}
