using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Miniature.Scenes;
using SVco.Models;
using SVco.Models.Llava;

namespace SVco.Miniature.BaseModel;

/// <summary>
/// The files beside the weights of the miniature's base model: a LLaVA in the manner of llava-interleave (SigLIP tower, Qwen2 decoder, ChatML)
/// with about a million parameters and a vocabulary of <see cref="Vocabulary.Words"/>. Both this project and transformers load them.
/// </summary>
public static class BaseModelFiles
{
    const string Unknown = "<unk>";
    const string Pad = "<|endoftext|>";
    const string TurnStart = "<|im_start|>";
    const string TurnEnd = "<|im_end|>";
    const string Image = "<image>";

    const string ChatTemplate =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'}}"
        + "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}"
        + "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}{{ '\n' + content['text'] }}{% endfor %}"
        + "{{'<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly string[] SpecialTokens = [Unknown, Pad, TurnStart, TurnEnd, Image];

    static readonly string[] Tokens = [.. SpecialTokens, .. new[] { "system", "user", "assistant" }.Concat(Vocabulary.Words).Distinct()];

    /// <summary>Writes config.json, the tokenizer, the chat template, and the configs of processor and generation.</summary>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, content) in Files())
        {
            File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(Json) + "\n");
        }
    }

    static IEnumerable<(string Name, JsonObject Content)> Files() =>
        [
            ("config.json", Config.ToJson()),
            ("tokenizer.json", Tokenizer()),
            ("tokenizer_config.json", TokenizerConfig()),
            (
                "special_tokens_map.json",
                new()
                {
                    ["eos_token"] = TurnEnd,
                    ["pad_token"] = Pad,
                    ["unk_token"] = Unknown,
                }
            ),
            ("chat_template.json", new() { ["chat_template"] = ChatTemplate }),
            ("preprocessor_config.json", Preprocessor()),
            (
                "processor_config.json",
                new()
                {
                    ["image_token"] = Image,
                    // transformers counts a class token and, by the strategy here, takes it away again: 16 tokens.
                    ["num_additional_image_tokens"] = 1,
                    ["patch_size"] = 8,
                    ["processor_class"] = "LlavaProcessor",
                    ["vision_feature_select_strategy"] = "default",
                }
            ),
            ("generation_config.json", new() { ["eos_token_id"] = Id(TurnEnd), ["pad_token_id"] = Id(Pad) }),
        ];

    static LlavaConfig Config { get; } =
        new(
            VisionConfig.Siglip with
            {
                HiddenSize = 64,
                IntermediateSize = 256,
                Layers = 3,
                Heads = 2,
                ImageSize = Canvas.Side,
                PatchSize = 8,
                UseHead = false,
            },
            TextConfig.Qwen2 with
            {
                VocabularySize = Tokens.Length,
                HiddenSize = 128,
                IntermediateSize = 336,
                Layers = 4,
                Heads = 4,
                KeyValueHeads = 4,
                HeadSize = 32,
                // A narrow model starts better from weights wider than the 0.02 of large ones.
                InitializerRange = 0.05,
                MaximumPositions = 256,
                TieWordEmbeddings = true,
                BeginTokenId = null,
                EndTokenId = Id(TurnEnd),
            },
            Id(Image),
            Id(Pad),
            FeatureLayer: -1,
            DropFirstToken: false,
            TorchDtype: "bfloat16"
        );

    static JsonObject Tokenizer() =>
        new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. SpecialTokens.Select(token => Added(token, withId: true))]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Whitespace" },
            ["post_processor"] = null,
            ["decoder"] = null,
            ["model"] = new JsonObject
            {
                ["type"] = "WordLevel",
                ["vocab"] = new JsonObject(Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
                ["unk_token"] = Unknown,
            },
        };

    static JsonObject TokenizerConfig() =>
        new()
        {
            ["added_tokens_decoder"] = new JsonObject(
                SpecialTokens.Select(token => KeyValuePair.Create($"{Id(token)}", (JsonNode?)Added(token, withId: false)))
            ),
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = TurnEnd,
            // Without this transformers would give a LLaVA token types, which it refuses.
            ["model_input_names"] = new JsonArray("input_ids", "attention_mask"),
            ["model_max_length"] = 256,
            ["pad_token"] = Pad,
            ["padding_side"] = "left",
            ["processor_class"] = "LlavaProcessor",
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["unk_token"] = Unknown,
        };

    static JsonObject Preprocessor() =>
        new()
        {
            ["do_normalize"] = true,
            ["do_rescale"] = true,
            ["do_resize"] = true,
            ["image_mean"] = new JsonArray(0.5, 0.5, 0.5),
            ["image_processor_type"] = "SiglipImageProcessor",
            ["image_std"] = new JsonArray(0.5, 0.5, 0.5),
            ["processor_class"] = "LlavaProcessor",
            ["resample"] = 3,
            ["rescale_factor"] = 1 / 255.0,
            ["size"] = new JsonObject { ["height"] = Canvas.Side, ["width"] = Canvas.Side },
        };

    static JsonObject Added(string token, bool withId)
    {
        var json = new JsonObject
        {
            ["content"] = token,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        };
        if (withId)
        {
            json.Insert(0, "id", Id(token));
        }

        return json;
    }

    static int Id(string token) => Array.IndexOf(Tokens, token);
}
