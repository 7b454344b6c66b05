using System.Text.Json;
using SVco.Core;
using SVco.Models.Folders;

namespace SVco.Models.Text;

/// <summary>A value in a JSON file that knows where it stands, so that every complaint names the file and the field.</summary>
internal readonly record struct JsonField(JsonElement Value, string File, string Parent = "", string Name = "", int Index = -1)
{
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

    public string String() => Kind == JsonValueKind.String ? Value.GetString()! : throw Mistake("must be a text");

    public int Int() =>
        Kind == JsonValueKind.Number && Value.TryGetInt32(out var number) ? number : throw Mistake("must be a whole number");

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
        new($"{File}: the field \"{(Path.Length == 0 ? "(root)" : Path)}\" {what}; it is {Shown()}.");

    JsonField Member(string name, JsonElement value) => new(value, File, Path, name);

    string Shown() => Value.GetRawText() is { Length: > 80 } text ? text[..80] + "..." : Value.GetRawText();
}
