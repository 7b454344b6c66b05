using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SVco.Core.Data;
using SVco.Core.Objectives;

namespace SVco.Core.Fields;

/// <summary>The values of fields as text, the same in every culture.</summary>
public static partial class FieldText
{
    /// <summary>What stands for the value of a field that is not set.</summary>
    public const string Unset = "none";

    const string Yes = "true";
    const string No = "false";

    /// <summary>The text of a value, which <see cref="Parse"/> reads.</summary>
    public static string Of(object? value) =>
        value switch
        {
            null => Unset,
            bool flag => flag ? Yes : No,
            double number => PlainExponent().Replace(number.ToString("R", CultureInfo.InvariantCulture), "e$1$2"),
            Enum choice => Join(choice),
            string[] names => string.Join(", ", names),
            Recipe<ContrastPair> recipe => recipe.Description,
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };

    /// <summary>The value of a text; null where the text is none of that type.</summary>
    /// <exception cref="UserException">A formula or a recipe has a mistake; the message says where.</exception>
    public static object? Parse(Type type, string text) =>
        type == typeof(string) ? text
        : type == typeof(double)
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real
                : null
        : type == typeof(int)
            ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
                : null
        : type == typeof(bool)
            ? text is Yes or No ? text == Yes
                : null
        : type == typeof(string[]) ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : type == typeof(Objective) ? Objective.Parse(text)
        : type == typeof(Recipe<ContrastPair>) ? Recipe.Parse(text)
        : type.IsEnum ? Choice(type, text)
        : throw new NotSupportedException($"No text is read as {type}.");

    /// <summary>What a text of a type looks like, for messages and help.</summary>
    public static string Expected(Type type) =>
        type == typeof(double) ? "a number"
        : type == typeof(int) ? "a whole number"
        : type == typeof(bool) ? $"{Yes} or {No}"
        : type == typeof(string[]) ? "names with commas between them"
        : type == typeof(Objective) ? "a formula"
        : type == typeof(Recipe<ContrastPair>) ? "a recipe"
        : !type.IsEnum ? "a text"
        : IsSet(type) ? $"some of {string.Join(", ", Names(type))}"
        : string.Join(" or ", Names(type));

    /// <summary>The names of an enumeration's values; empty for another type.</summary>
    public static IReadOnlyList<string> Names(Type type) => type.IsEnum ? [.. Enum.GetValues(type).Cast<Enum>().Select(NameOf)] : [];

    static bool IsSet(Type type) => type.IsDefined(typeof(FlagsAttribute));

    static string Join(Enum choice) =>
        IsSet(choice.GetType()) && Convert.ToInt32(choice, CultureInfo.InvariantCulture) != 0
            ? string.Join(
                ", ",
                Enum.GetValues(choice.GetType())
                    .Cast<Enum>()
                    .Where(part => Convert.ToInt32(part, CultureInfo.InvariantCulture) != 0 && choice.HasFlag(part))
                    .Select(NameOf)
            )
            : NameOf(choice);

    /// <summary>The name in its <see cref="EnumMemberAttribute"/>, or its own in snake case.</summary>
    static string NameOf(Enum choice) =>
        choice.GetType().GetField($"{choice}")?.GetCustomAttribute<EnumMemberAttribute>()?.Value
        ?? JsonNamingPolicy.SnakeCaseLower.ConvertName($"{choice}");

    static object? Choice(Type type, string text)
    {
        var values = (IsSet(type) ? text.Split(',', StringSplitOptions.TrimEntries) : [text])
            .Select(name =>
                Enum.GetValues(type)
                    .Cast<Enum>()
                    .FirstOrDefault(value => new[] { NameOf(value), $"{value}" }.Contains(name, StringComparer.OrdinalIgnoreCase))
            )
            .ToArray();
        return values.Contains(null)
            ? null
            : Enum.ToObject(type, values.Aggregate(0, (all, value) => all | Convert.ToInt32(value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"E([-])?\+?0*([0-9]+)")]
    private static partial Regex PlainExponent();
}
