using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SVco.Core.Data;

public abstract partial record Recipe
{
    /// <summary>The recipe as one line of a script; a predicate is represented by its name.</summary>
    public string Description =>
        this switch
        {
            Source(var path, var imageRoot) => $"FromJson({Quoted(path)}{(imageRoot.Length == 0 ? "" : $", {Quoted(imageRoot)}")})",
            Filtered(var of, var name, _) => $"{of}.Where({Quoted(name)})",
            Shuffled(var of, var seed) => $"{of}.Shuffle(seed: {seed})",
            Sampled(var of, var count, var seed) => $"{of}.Sample({count}, seed: {seed})",
            SplitPart(var of, SplitSize.Fraction(var share), var seed, var first) =>
                $"{of}.Split({Number(share)}, seed: {seed}).{PartName(first)}",
            SplitPart(var of, SplitSize.Count(var count), var seed, var first) => $"{of}.Split({count}, seed: {seed}).{PartName(first)}",
            Taken(var of, var count) => $"{of}.Take({count})",
            Skipped(var of, var count) => $"{of}.Skip({count})",
            Concatenated(var parts) => $"Concat({string.Join(", ", parts)})",
            Mixed(var parts, var seed) =>
                $"Mix(seed: {seed}, {string.Join(", ", parts.Select(part => $"({Number(part.Weight)}, {part.Recipe})"))})",
            Doubled(var of) => $"{of}.DoubleForSft()",
            Swapped(var of) => $"{of}.Swap()",
            Corrupted(var of, Corruption.Crop(var minScale, var maxScale), var seed) =>
                $"{of}.CorruptByCrop(seed: {seed}, {Number(minScale)}, {Number(maxScale)})",
            Corrupted(var of, Corruption.Noise(var step), var seed) => $"{of}.CorruptByNoise(seed: {seed}, {step})",
            _ => throw new UnreachableException(),
        };

    /// <summary>
    /// SHA-256 of the description, in hexadecimal: equal for equal recipes, different when any setting differs. It knows a file by its
    /// path only, and a predicate by its name.
    /// </summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Description)));

    /// <summary>The <see cref="Description"/>.</summary>
    public sealed override string ToString() => Description;

    static string PartName(bool first) => first ? "First" : "Second";

    /// <summary>With a point or exponent, so that a split by the fraction 1 is not taken for one by the count 1.</summary>
    static string Number(double number) =>
        number.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.AsSpan().ContainsAny('.', 'E') ? digits : $"{digits}.0";

    static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
