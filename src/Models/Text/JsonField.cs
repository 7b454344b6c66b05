using System.Text.Json;
using SVco.Core;
using SVco.Models.Folders;

namespace SVco.Models.Text;

/// <summary>A value in a JSON file that knows where it stands, so that every complaint names the file and the field.</summary>
internal readonly record struct JsonField(JsonElement Value, string File, string Parent = "", string Name = "", int Index = -1)
{
    /// <summary>More layers, channels or the like than any model has; a number beyond it would only be allocated.</summary>
    const int LargestSize = 1 << 24;

    /// <summary>The root of a JSON file; a name that ends in .gz is unpacked.</summary>
    /// <exception cref="UserException">It cannot be read, or is no JSON.</exception>
    public static JsonField Read(string file) => new(ModelJson.Read(file), file);

    public JsonValueKind Kind => Value.ValueKind;

    /// <summary>Where the value stands, put together only when somebody asks: a vocabulary has 152 thousand of them.</summary>
    public string Path =>
        Index >= 0 ? $"{Parent}[{Index}]"
        : Parent.Length > 0 ? $"{Parent}.{Name}"
        : Name;

    /// <summary>A member that must exist.</summary>
    public JsonField this[string name] =>
        Find(name) ?? throw new UserException($"{File}: the field \"{Member(name, default).Path}\" is missing.");

    /// <summary>A member, or null when it is absent or null.</summary>
    public JsonField? Find(string name) =>
        Kind != JsonValueKind.Object ? throw Mistake("must be an object")
        : Value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? Member(name, member)
        : null;

    /// <summary>A nested object, or null where it is absent or null.</summary>
    public JsonField? Section(string name) =>
        Find(name) is not { } section ? null
        : section.Kind == JsonValueKind.Object ? section
        : throw section.Mistake("must be an object");

    public string Text(string name, string otherwise) => Find(name)?.String() ?? otherwise;

    public double Number(string name, double otherwise) => Find(name)?.Double() ?? otherwise;

    public int Integer(string name, int otherwise) => OptionalInteger(name) ?? otherwise;

    public int? OptionalInteger(string name) => Find(name)?.Int();

    /// <summary>A size or count: a positive integer.</summary>
    /// <param name="name">The member.</param>
    /// <param name="otherwise">Where it is absent.</param>
    /// <param name="most">The largest that can be meant.</param>
    public int Size(string name, int otherwise, int most = LargestSize) =>
        Find(name) is not { } field ? otherwise
        : field.Int() is > 0 and var size && size <= most ? size
        : throw field.Mistake($"must be an integer from 1 to {most}");

    /// <summary>The number of layers.</summary>
    public int Layers(string name, int otherwise) => Size(name, otherwise, most: 1024);

    /// <summary>The error for a value that is well formed but not supported.</summary>
    public UserException Unsupported(string name, string reason) =>
        new($"{File}: {Member(name, default).Path} = {Find(name)?.Value.GetRawText() ?? "absent"} is not supported: {reason}.");

    /// <summary>The error for two fields, or two places of one field, that say different things.</summary>
    public UserException Contradicting(string one, string other)
    {
        var section = Path.Length > 0 ? $"{Path}." : "";
        return new($"{File}: {section}{one}, but {section}{other}. Only one can be right.");
    }

    public string String() => Kind == JsonValueKind.String ? Value.GetString()! : throw Mistake("must be a text");

    public int Int() => Kind == JsonValueKind.Number && Value.TryGetInt32(out var number) ? number : throw Mistake("must be an integer");

    public double Double() =>
        Kind == JsonValueKind.Number && Value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Mistake("must be a number");

    public bool Bool() =>
        Kind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Mistake("must be true or false"),
        };

    public bool Bool(string name, bool otherwise) => Find(name)?.Bool() ?? otherwise;

    public IEnumerable<JsonField> Items()
    {
        if (Kind != JsonValueKind.Array)
        {
            throw Mistake("must be a list");
        }

        var (file, path) = (File, Path);
        return Value.EnumerateArray().Select((item, index) => new JsonField(item, file, path, Index: index));
    }

    /// <summary>The members of an object, by name.</summary>
    public IEnumerable<(string Name, JsonField Field)> Members()
    {
        if (Kind != JsonValueKind.Object)
        {
            throw Mistake("must be an object");
        }

        var (file, path) = (File, Path);
        return Value.EnumerateObject().Select(member => (member.Name, new JsonField(member.Value, file, path, member.Name)));
    }

    /// <summary>A complaint about this field.</summary>
    public UserException Mistake(string what) =>
        new($"{File}: {(Path.Length == 0 ? "the JSON" : $"the field \"{Path}\"")} {what}; it is {Shown()}.");

    JsonField Member(string name, JsonElement value) => new(value, File, Path, name);

    string Shown() => Value.GetRawText() is { Length: > 80 } text ? text[..80] + "..." : Value.GetRawText();
}
