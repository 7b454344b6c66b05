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
        var leaves = Leaves(YamlText.Root(text), []).ToLookup(leaf => leaf.Path[0] == Resolved);
        var experiment = leaves[false]
            .Aggregate(
                Default,
                (changed, leaf) =>
                {
                    var path = string.Join('.', leaf.Path);
                    return FieldNames.Find(path, $" (line {leaf.Line})").With(changed, leaf.Value, $"line {leaf.Line}: {path}");
                }
            );
        return experiment.Name.Length == 0
            ? throw new UserException("The experiment has no name: begin its YAML with `name: NAME`.")
            : (experiment, Facts(leaves[true]));
    }

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
                        var field = FieldNames.Find(string.Join('.', leaf.Path), $" (line {leaf.Line})");
                        return KeyValuePair.Create(field.Path, leaf.Value ?? FieldText.Unset);
                    })
            ),
            Facts(leaves[true])
        );
    }

    static ImmutableSortedDictionary<string, string> Facts(IEnumerable<(ImmutableArray<string> Path, string? Value, long Line)> leaves) =>
        leaves.ToImmutableSortedDictionary(leaf => string.Join('.', leaf.Path[1..]), leaf => leaf.Value ?? "");

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

    /// <summary>The scalars with the way to them; a list counts as its items with commas between them.</summary>
    static IEnumerable<(ImmutableArray<string> Path, string? Value, long Line)> Leaves(YamlNode node, ImmutableArray<string> path) =>
        node switch
        {
            YamlMappingNode mapping => mapping.SelectMany(entry => Leaves(entry.Value, path.Add($"{entry.Key}"))),
            YamlScalarNode { Style: ScalarStyle.Plain } scalar when IsNull(scalar.Value ?? "") => [(path, null, node.Start.Line)],
            YamlScalarNode scalar when path.Length > 0 => [(path, scalar.Value, node.Start.Line)],
            YamlSequenceNode items when path.Length > 0 => [(path, string.Join(", ", items), node.Start.Line)],
            _ => throw new UserException($"line {node.Start.Line}: an experiment is a mapping of names to values."),
        };
}
