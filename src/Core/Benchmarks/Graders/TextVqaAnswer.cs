namespace SVco.Core.Benchmarks;

/// <summary>The normal form of a short answer, in which TextVQA compares.</summary>
public static class TextVqaAnswer
{
    /// <summary>As the official script makes it.</summary>
    public static string Official(string answer) => throw new NotImplementedException();

    /// <summary>Without the official script's slips.</summary>
    public static string Corrected(string answer) => throw new NotImplementedException();
}
