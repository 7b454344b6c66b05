namespace SVco.Experiments;

/// <summary>The models of a sweep that stay on the disk.</summary>
public enum SweepKeep
{
    /// <summary>Those of every run.</summary>
    All,

    /// <summary>Those of the best point alone.</summary>
    Winner,
}
