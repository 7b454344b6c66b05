using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace SVco.Core.Fields;

/// <summary>
/// A property of a record, or of the records inside it, that has a <see cref="FieldAttribute"/>: read and changed by its dotted name,
/// such as <c>train.learning_rate</c>.
/// </summary>
public sealed class Field
{
    readonly ImmutableArray<PropertyInfo> _properties;

    Field(ImmutableArray<PropertyInfo> properties)
    {
        _properties = properties;
        Path = string.Join('.', properties.Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)));
        About = Attribute(properties[^1])!;
        Type = Nullable.GetUnderlyingType(properties[^1].PropertyType) ?? properties[^1].PropertyType;
        MayBeUnset = properties.Any(IsNullable);
    }

    /// <summary>The dotted name in snake case.</summary>
    public string Path { get; }

    /// <summary>The property as a script writes it.</summary>
    public string Property => _properties[^1].Name;

    /// <summary>Its meaning, unit and range.</summary>
    public FieldAttribute About { get; }

    /// <summary>The type of its values.</summary>
    public Type Type { get; }

    /// <summary>Whether it may have no value; one inside a record that may be absent has none when that is absent.</summary>
    public bool MayBeUnset { get; }

    /// <summary>What it takes: <c>a number above 0</c>, <c>cosine or linear or constant</c>.</summary>
    public string Expected =>
        string.Join(' ', new[] { FieldText.Expected(Type), About.Range }.Where(part => part.Length > 0))
        + (MayBeUnset && Type != typeof(string) ? $", or {FieldText.Unset}" : "");

    /// <summary>All fields of a record, in the order in which they are declared; those of a record inside it in its place.</summary>
    public static ImmutableArray<Field> AllOf(Type record) => [.. PathsOf(record, []).Select(properties => new Field(properties))];

    /// <summary>Makes sure that a record's value is there and in its range.</summary>
    /// <param name="record">The record.</param>
    /// <param name="name">What the message calls the field.</param>
    /// <exception cref="UserException">It is not; the message says name, value and range.</exception>
    public void CheckIn(object record, string name) => Check(Get(record), name);

    /// <summary>The value in a record; null when it has none.</summary>
    public object? Get(object record) =>
        _properties.Aggregate((object?)record, (owner, property) => owner is null ? null : property.GetValue(owner));

    /// <summary>The record with another value.</summary>
    /// <param name="record">Stays as it is.</param>
    /// <param name="value">A value of the field's type, or its text; null where it is to have none.</param>
    /// <param name="name">What a message calls the field; null for its path.</param>
    /// <exception cref="UserException">The value is none of the type or not in range.</exception>
    public T With<T>(T record, object? value, string? name = null)
        where T : class
    {
        var parsed =
            value is null || Type.IsInstanceOfType(value) && value is not string ? value : Parse(FieldText.Of(value), name ?? Path);
        Check(parsed, name ?? Path);
        return (T)Changed(record, _properties.AsSpan(), parsed)!;
    }

    /// <inheritdoc/>
    public override string ToString() => Path;

    object? Parse(string text, string name)
    {
        if (MayBeUnset && Type != typeof(string) && text == FieldText.Unset)
        {
            return null;
        }

        object? parsed;
        try
        {
            parsed = FieldText.Parse(Type, text);
        }
        catch (UserException error)
        {
            throw new UserException($"{name}: {error.Message}", error);
        }

        return parsed ?? throw Refused(text, name, Expected);
    }

    void Check(object? value, string name)
    {
        if (value is null && !MayBeUnset)
        {
            throw Refused(FieldText.Unset, name, Expected);
        }

        if (value is double or int && !About.Allows(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
        {
            throw Refused(FieldText.Of(value), name, About.Range.Length > 0 ? About.Range : "finite");
        }
    }

    static UserException Refused(string text, string name, string expected) => new($"{name} is {text}; it must be {expected}.");

    /// <summary>A copy of the owner in which the last of the nested properties has another value; records between them that are absent are made.</summary>
    static object? Changed(object? owner, ReadOnlySpan<PropertyInfo> properties, object? value)
    {
        var property = properties[0];
        var before = property.GetValue(owner);
        // A field that must have a value loses it together with the record that it is in.
        var after =
            properties.Length == 1 ? value
            : value is null && IsNullable(property) && !IsNullable(properties[^1]) ? null
            : Changed(before ?? Activator.CreateInstance(property.PropertyType), properties[1..], value);
        // What `with` calls.
        var copy = owner!.GetType().GetMethod("<Clone>$")!.Invoke(owner, null);
        property.SetValue(copy, after);
        return copy;
    }

    static IEnumerable<ImmutableArray<PropertyInfo>> PathsOf(Type record, ImmutableArray<PropertyInfo> before) =>
        record
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .SelectMany(property =>
                Attribute(property) is null ? PathsOf(property.PropertyType, before.Add(property)) : [before.Add(property)]
            );

    static FieldAttribute? Attribute(PropertyInfo property) => property.GetCustomAttribute<FieldAttribute>();

    static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
