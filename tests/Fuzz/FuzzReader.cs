namespace SVco.Fuzz.Tests;

/// <summary>Something that reads what comes from outside.</summary>
/// <param name="Name">Its name in messages and for <c>--filter</c>.</param>
/// <param name="Inputs">How many inputs it gets in a usual run: about two seconds' worth.</param>
/// <param name="Seeds">Inputs that it takes.</param>
/// <param name="Start">Makes what reads an input; the folder is the reader's own.</param>
sealed record FuzzReader(string Name, int Inputs, IReadOnlyList<byte[]> Seeds, Func<string, Action<byte[]>> Start)
{
    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
