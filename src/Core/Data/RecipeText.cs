using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SVco.Core.Data;

public abstract partial record Recipe<T>
{
    /// <summary>The recipe as one line of a script; a predicate is represented by its name.</summary>
    public string Description =>
        this switch
        {
            Source source => source.Call,
            Concatenated(var parts) => $"Concat({string.Join(", ", parts)})",
            Mixed(var parts, var seed) =>
                $"Mix(seed: {seed}, {string.Join(", ", parts.Select(part => $"({Recipe.Number(part.Weight)}, {part.Recipe})"))})",
            Step step => $"{step.Of}.{CallOf(step)}",
            _ => throw new UnreachableException(),
        };

    /// <summary>
    /// SHA-256 of the description, in hexadecimal: equal for equal recipes, different when any setting differs. It knows a file by its
    /// path only, and a predicate by its name.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Description)));

    /// <summary>The <see cref="Description"/>.</summary>
    public sealed override string ToString() => Description;

    static string CallOf(Step step) =>
        step switch
        {
            Filtered(_, var name, _) => $"Where({Recipe.Quoted(name)})",
            Shuffled(_, var seed) => $"Shuffle(seed: {seed})",
            Sampled(_, var count, var seed) => $"Sample({count}, seed: {seed})",
            SampledInOrder(_, var count, var seed) => $"SampleInOrder({count}, seed: {seed})",
            SampledAsMany(_, var other, var seed) => $"SampleAsMany({other}, seed: {seed})",
            SplitPart(_, SplitSize.Fraction(var share), var seed, var first) =>
                $"Split({Recipe.Number(share)}, seed: {seed}).{PartName(first)}",
            SplitPart(_, SplitSize.Count(var count), var seed, var first) => $"Split({count}, seed: {seed}).{PartName(first)}",
            Taken(_, var count) => $"Take({count})",
            Skipped(_, var count) => $"Skip({count})",
            OwnStep own => own.Call,
            _ => throw new UnreachableException(),
        };

    static string PartName(bool first) => first ? "First" : "Second";
}

public static partial class Recipe
{
    /// <summary>With a point or exponent, so that a split by the fraction 1 is not taken for one by the count 1.</summary>
    internal static string Number(double number) =>
        number.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.AsSpan().ContainsAny('.', 'E') ? digits : $"{digits}.0";

    internal static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
