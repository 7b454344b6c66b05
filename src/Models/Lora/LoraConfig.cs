using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SVco.Core;

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
        var names = targets is ["all-linear"] ? "[^.]+(?<!lm_head)" : string.Join('|', targets.Select(Regex.Escape));
        return new(rank, alpha, targets, frozen == Part.None ? "" : $@"(?!{model.NamesOf(frozen)})(?:.*\.)?(?:{names})");
    }

    /// <summary>What the low-rank product is multiplied by.</summary>
    public double Scale => Alpha / (RankStabilised ? Math.Sqrt(Rank) : Rank);

    /// <summary>Whether a module is adapted, by PEFT's rules.</summary>
    public bool Targets(string module) =>
        TargetPattern.Length > 0 ? Regex.IsMatch(module, $@"\A(?:{TargetPattern})\z", RegexOptions.CultureInvariant)
        : TargetModules is ["all-linear"] ? !module.EndsWith("lm_head")
        : TargetModules.Any(target => module == target || module.EndsWith("." + target));

    /// <summary>Reads an adapter_config.json.</summary>
    /// <exception cref="UserException">It is no LoRA's, or uses something that is not supported; the message names file and field.</exception>
    public static LoraConfig Read(string file)
    {
        var fields = ConfigFields.Read(file);
        if (fields.Text("peft_type", "") != "LORA")
        {
            throw fields.Unsupported("peft_type", "adapters are LORA");
        }

        foreach (var name in (string[])["use_dora", "fan_in_fan_out", "lora_bias"])
        {
            if (fields.Flag(name, false))
            {
                throw fields.Unsupported(name, "adapters are plain LoRA");
            }
        }

        foreach (
            var name in (string[])
                [
                    "rank_pattern",
                    "alpha_pattern",
                    "modules_to_save",
                    "layers_to_transform",
                    "layers_pattern",
                    "layer_replication",
                    "exclude_modules",
                ]
        )
        {
            if (!IsEmpty(fields[name]))
            {
                throw fields.Unsupported(name, "every target has the same rank and alpha, and nothing else is saved");
            }
        }

        if (fields.Text("bias", "none") != "none")
        {
            throw fields.Unsupported("bias", "biases are not trained");
        }

        var targets = fields["target_modules"];
        var config = new LoraConfig(
            fields.Size("r", 8),
            fields.Number("lora_alpha", 8),
            targets is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
                    ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
                : targets is { ValueKind: JsonValueKind.String }
                    ? targets.Value.GetString() is "all-linear" ? ["all-linear"]
                        : []
                : throw fields.Unsupported("target_modules", "it is a list of names or a regular expression"),
            targets is { ValueKind: JsonValueKind.String } && targets.Value.GetString() is { } text and not "all-linear" ? text : "",
            fields.Number("lora_dropout", 0),
            fields.Flag("use_rslora", false),
            fields.Text("base_model_name_or_path", "")
        );
        try
        {
            _ = config.Targets("");
        }
        catch (ArgumentException error)
        {
            throw fields.Unsupported("target_modules", $"it is no regular expression ({error.Message})");
        }

        return config;
    }

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
            null => true,
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 0,
            { ValueKind: JsonValueKind.Object } map => !map.EnumerateObject().Any(),
            { ValueKind: JsonValueKind.String } text => text.GetString()!.Length == 0,
            _ => false,
        };
}
