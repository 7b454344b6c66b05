using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Fields;
using SVco.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace SVco.Experiments;

/// <summary>
/// An experiment as YAML: its fields by their dotted names, a mapping for each dot. What follows from them stands beside in
/// <c>resolved:</c>, for people and for the comparison of runs.
/// </summary>
static class ExperimentYaml
{
    const string Resolved = "resolved";

    static readonly ISerializer Serializer = new SerializerBuilder().Build();
    static readonly Experiment Default = new("");

    /// <summary>Writes all fields that have a value, or would have one by default.</summary>
    public static string Write(Experiment experiment, ImmutableSortedDictionary<string, string> resolved)
    {
        var root = new YamlMappingNode();
        foreach (var (field, value) in experiment.Fields)
        {
            if (value is not null || field.Get(Default) is not null)
            {
                Put(root, field.Path.Split('.'), value);
            }
        }

        foreach (var (name, value) in resolved)
        {
            Put(root, [Resolved, name], value);
        }

        return Serializer.Serialize(root);
    }

    /// <summary>Reads what <see cref="Write"/> wrote, or a person; a field that is not there keeps its default.</summary>
    /// <exception cref="UserException">It is no YAML, or has a field that does not exist or does not take its value; the message says where.</exception>
    public static (Experiment Experiment, ImmutableSortedDictionary<string, string> Resolved) Read(string text)
    {
        var root = YamlText.Root(text);
        var experiment = Applied(Default, root);
        return experiment.Name.Length == 0
            ? throw new UserException("The experiment has no name: begin its YAML with `name: NAME`.")
            : (experiment, Facts(Leaves(root, []).Where(leaf => leaf.Path[0] == Resolved)));
    }

    /// <summary>An experiment with the fields of a YAML node; what was resolved is passed over.</summary>
    /// <param name="experiment">Keeps what is not there.</param>
    /// <param name="node">A mapping of names to values.</param>
    /// <param name="file">What messages call the text; empty for one without a file.</param>
    /// <exception cref="UserException">A field does not exist or does not take its value; the message says where.</exception>
    public static Experiment Applied(Experiment experiment, YamlNode node, string file = "") =>
        Leaves(node, [], file)
            .Where(leaf => leaf.Path[0] != Resolved)
            .Aggregate(
                experiment,
                (changed, leaf) =>
                {
                    var path = string.Join('.', leaf.Path);
                    return FieldNames
                        .Find(path, $" ({YamlText.Place(leaf.Name, file)})")
                        .With(changed, TextOf(leaf.Node), $"{YamlText.Place(leaf.Node, file)}: {path}");
                }
            );

    /// <summary>
    /// The texts of what <see cref="Write"/> wrote, by dotted name, a field that is not there with the text of its default. A recipe with a
    /// script's own predicate can be compared so, though not be read back.
    /// </summary>
    /// <exception cref="UserException">It is no YAML, or has a field that does not exist; the message says where.</exception>
    public static (ImmutableDictionary<string, string> Fields, ImmutableSortedDictionary<string, string> Resolved) Texts(string text)
    {
        var leaves = Leaves(YamlText.Root(text), []).ToLookup(leaf => leaf.Path[0] == Resolved);
        var defaults = Default.Fields.ToImmutableDictionary(field => field.Field.Path, field => field.Text);
        return (
            defaults.SetItems(
                leaves[false]
                    .Select(leaf =>
                    {
                        var field = FieldNames.Find(string.Join('.', leaf.Path), $" ({YamlText.Place(leaf.Name)})");
                        return KeyValuePair.Create(field.Path, TextOf(leaf.Node) ?? FieldText.Unset);
                    })
            ),
            Facts(leaves[true])
        );
    }

    static ImmutableSortedDictionary<string, string> Facts(
        IEnumerable<(ImmutableArray<string> Path, YamlNode Name, YamlNode Node)> leaves
    ) => leaves.ToImmutableSortedDictionary(leaf => string.Join('.', leaf.Path[1..]), leaf => TextOf(leaf.Node) ?? "");

    static void Put(YamlMappingNode owner, ReadOnlySpan<string> path, object? value)
    {
        if (path.Length == 1)
        {
            owner.Add(path[0], Scalar(value));
            return;
        }

        if (!owner.Children.TryGetValue(path[0], out var inner))
        {
            owner.Add(path[0], inner = new YamlMappingNode());
        }

        Put((YamlMappingNode)inner, path[1..], value);
    }

    static YamlScalarNode Scalar(object? value) =>
        value is null ? new("null") { Style = ScalarStyle.Plain }
        : FieldText.Of(value) is var text && IsNull(text) || text.Any(char.IsControl) ? new(text) { Style = ScalarStyle.DoubleQuoted }
        : new(text);

    static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>The text of a scalar, or of a list: its items with commas between them; null for YAML's null.</summary>
    /// <exception cref="InvalidOperationException">The node is a mapping.</exception>
    public static string? TextOf(YamlNode node) =>
        node switch
        {
            YamlScalarNode { Style: ScalarStyle.Plain } scalar when IsNull(scalar.Value ?? "") => null,
            YamlScalarNode scalar => scalar.Value,
            YamlSequenceNode items => string.Join(", ", items),
            _ => throw new InvalidOperationException($"A {node.NodeType} is no value."),
        };

    /// <summary>The values with the way to them and the node that names them; a list counts as one value.</summary>
    static IEnumerable<(ImmutableArray<string> Path, YamlNode Name, YamlNode Node)> Leaves(
        YamlNode node,
        ImmutableArray<string> path,
        string file = "",
        YamlNode? name = null
    ) =>
        node is YamlMappingNode mapping ? mapping.SelectMany(entry => Leaves(entry.Value, path.Add($"{entry.Key}"), file, entry.Key))
        : name is not null ? [(path, name, node)]
        : throw new UserException($"{YamlText.Place(node, file)}: an experiment is a mapping of names to values.");
}
