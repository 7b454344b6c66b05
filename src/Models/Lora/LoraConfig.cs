using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models.Lora;

/// <summary>A LoRA's settings, as PEFT's adapter_config.json has them.</summary>
/// <param name="Rank">r.</param>
/// <param name="Alpha">lora_alpha; the term's factor is alpha / r, or alpha / sqrt(r) with <paramref name="RankStabilised"/>.</param>
/// <param name="TargetModules">Names or their ends after a dot (`q_proj`); `all-linear` alone means every linear map but the output head.</param>
/// <param name="TargetPattern">A regular expression that a module's whole name must match, instead of the list; empty means the list.</param>
/// <param name="Dropout">lora_dropout.</param>
/// <param name="RankStabilised">use_rslora.</param>
/// <param name="BaseModel">base_model_name_or_path.</param>
public sealed record LoraConfig(
    int Rank,
    double Alpha,
    ImmutableArray<string> TargetModules,
    string TargetPattern = "",
    double Dropout = 0,
    bool RankStabilised = false,
    string BaseModel = ""
)
{
    /// <summary>What PEFT adapts in these decoders where nothing is said.</summary>
    public static ImmutableArray<string> UsualTargets { get; } = ["q_proj", "v_proj"];

    /// <summary>
    /// A LoRA on the maps of these names that do not belong to the frozen parts (a q_proj is also in the vision tower). PEFT adapts the same,
    /// by a pattern in place of the names where a part is frozen.
    /// </summary>
    /// <param name="model">Says which names belong to which part.</param>
    /// <param name="frozen">The parts that get no adapter.</param>
    /// <param name="rank">r.</param>
    /// <param name="alpha">lora_alpha.</param>
    /// <param name="targets">Ends of names, or `all-linear`.</param>
    public static LoraConfig Outside(ModelConfig model, Part frozen, int rank, double alpha, params ImmutableArray<string> targets)
    {
        var names = targets is ["all-linear"] ? $"[^.]+(?<!{model.OutputHead})" : string.Join('|', targets.Select(Regex.Escape));
        return new(rank, alpha, targets, frozen == Part.None ? "" : $@"(?!{model.NamePattern(frozen)})(?:.*\.)?(?:{names})");
    }

    /// <summary>What the low-rank product is multiplied by.</summary>
    public double Scale => Alpha / (RankStabilised ? Math.Sqrt(Rank) : Rank);

    /// <summary>Whether a linear map is adapted, by PEFT's rules.</summary>
    /// <param name="map">Its name.</param>
    /// <param name="model">The config of the model that it belongs to.</param>
    public bool Targets(string map, ModelConfig model) =>
        TargetPattern.Length > 0 ? Matches(TargetPattern, map)
        : TargetModules is ["all-linear"] ? !map.EndsWith(model.OutputHead, StringComparison.Ordinal)
        : TargetModules.Any(target => map == target || map.EndsWith("." + target, StringComparison.Ordinal));

    /// <summary>Reads an adapter_config.json.</summary>
    /// <exception cref="UserException">It is no LoRA's, or uses something that is not supported; the message names file and field.</exception>
    public static LoraConfig Read(string file)
    {
        var fields = JsonField.Read(file);
        RefuseUnsupported(fields);
        var (names, pattern) = TargetsOf(fields);
        return new(
            fields.Size("r", 8),
            fields.Number("lora_alpha", 8),
            names,
            pattern,
            fields.Number("lora_dropout", 0),
            fields.Bool("use_rslora", false),
            fields.Text("base_model_name_or_path", "")
        );
    }

    static void RefuseUnsupported(JsonField fields)
    {
        if (fields.Text("peft_type", "") != "LORA")
        {
            throw fields.Unsupported("peft_type", "adapters are LORA");
        }

        if (((string[])["use_dora", "fan_in_fan_out", "lora_bias"]).FirstOrDefault(name => fields.Bool(name, false)) is { } flag)
        {
            throw fields.Unsupported(flag, "adapters are plain LoRA");
        }

        // PiSSA, OLoRA, CorDA and LoftQ change the base model's weights before they add to them.
        if (
            fields.Find("init_lora_weights")?.Value is { } init
            && init.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
            && !(init.ValueKind == JsonValueKind.String && init.GetString() is "gaussian" or "eva" or "orthogonal")
        )
        {
            throw fields.Unsupported(
                "init_lora_weights",
                "it changes the base model's weights; save the adapter as a plain LoRA (path_initial_model_for_weight_conversion)"
            );
        }

        if (Uneven.FirstOrDefault(name => !IsEmpty(fields.Find(name)?.Value)) is { } field)
        {
            throw fields.Unsupported(field, "every target has the same rank and alpha, and nothing else is saved");
        }

        if (fields.Text("bias", "none") != "none")
        {
            throw fields.Unsupported("bias", "biases are not trained");
        }

        if (
            fields
                .Value.EnumerateObject()
                .Where(field => !Known.Contains(field.Name) && !IsNeutral(field.Value))
                .Select(field => field.Name)
                .FirstOrDefault() is
            { } unknown
        )
        {
            throw fields.Unsupported(
                unknown,
                "it may change what the adapter adds, and is not known here; if it is mere bookkeeping, take it out of the file"
            );
        }
    }

    /// <summary>Read here, refused here where they are set, or of no consequence for what is added.</summary>
    static readonly string[] Known =
    [
        "r",
        "lora_alpha",
        "lora_dropout",
        "use_rslora",
        "target_modules",
        "base_model_name_or_path",
        "peft_type",
        "peft_version",
        "bias",
        "init_lora_weights",
        "task_type",
        "inference_mode",
        "revision",
        "auto_mapping",
        "megatron_core",
        "runtime_config",
        "ensure_weight_tying",
        "eva_config",
        "loftq_config",
        "corda_config",
        "qalora_group_size",
    ];

    static bool IsNeutral(JsonElement value) => value.ValueKind == JsonValueKind.False || IsEmpty(value);

    static readonly string[] Uneven =
    [
        "rank_pattern",
        "alpha_pattern",
        "modules_to_save",
        "layers_to_transform",
        "layers_pattern",
        "layer_replication",
        "exclude_modules",
    ];

    /// <summary>The names, or the regular expression in their place.</summary>
    static (ImmutableArray<string> Names, string Pattern) TargetsOf(JsonField fields)
    {
        switch (fields.Find("target_modules")?.Value)
        {
            case { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return ([.. list.EnumerateArray().Select(item => item.GetString()!)], "");
            case { ValueKind: JsonValueKind.String } text when text.GetString() is "all-linear" and var all:
                return ([all], "");
            case { ValueKind: JsonValueKind.String } text:
                try
                {
                    _ = Pattern(text.GetString()!);
                    return ([], text.GetString()!);
                }
                catch (ArgumentException error)
                {
                    throw fields.Unsupported("target_modules", $"it is no regular expression ({error.Message})");
                }
            default:
                throw fields.Unsupported("target_modules", "it is a list of names or a regular expression");
        }
    }

    static bool Matches(string pattern, string map)
    {
        try
        {
            return Pattern(pattern).IsMatch(map);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new UserException(
                $"target_modules: the regular expression {pattern} takes too long over '{map}'; name the modules instead.",
                error
            );
        }
    }

    /// <summary>The whole name must match; a pattern from a file may not take for ever over it.</summary>
    static Regex Pattern(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, matchTimeout: TimeSpan.FromSeconds(5));

    /// <summary>The adapter_config.json.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["base_model_name_or_path"] = BaseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["lora_alpha"] = Alpha == Math.Floor(Alpha) ? (int)Alpha : Alpha,
            ["lora_dropout"] = Dropout,
            ["peft_type"] = "LORA",
            ["r"] = Rank,
            ["target_modules"] =
                TargetPattern.Length > 0 ? TargetPattern
                : TargetModules is ["all-linear"] ? "all-linear"
                : new JsonArray([.. TargetModules.Select(target => (JsonNode)target)]),
            ["task_type"] = null,
            ["use_dora"] = false,
            ["use_rslora"] = RankStabilised,
        };

    static bool IsEmpty(JsonElement? value) =>
        value switch
        {
            null or { ValueKind: JsonValueKind.Null } => true,
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0,
            { ValueKind: JsonValueKind.Object } map => !map.EnumerateObject().Any(),
            { ValueKind: JsonValueKind.String } text => text.GetString()!.Length == 0,
            _ => false,
        };
}
