using System.Collections.Immutable;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models.Llava;

/// <summary>
/// ChatML as llava-interleave has it: <c>&lt;|im_start|&gt;user\n&lt;image&gt;\nquery&lt;|im_end|&gt;\n&lt;|im_start|&gt;assistant\n...</c>.
/// In training the official template begins the answer with one more newline than the generation prompt has.
/// </summary>
internal sealed class ChatMLFormat : ChatFormat
{
    const string Start = "<|im_start|>";
    const string Stop = "<|im_end|>";
    const string Turns = "{%for message in messages%}{{'<|im_start|>'+message['role']+'\n'}}";
    const string Images = "{%for content in message['content']|selectattr('type','equalto','image')%}{{'<image>'}}{%endfor%}";
    const string Text = "{%for content in message['content']|selectattr('type','equalto','text')%}{{'\n'+content['text']}}{%endfor%}";
    const string End = "{{'<|im_end|>'+'\n'}}{%endfor%}{%if add_generation_prompt%}{{'<|im_start|>assistant\n'}}{%endif%}";

    public ChatMLFormat(Tokenizer tokenizer, string folder)
        : base(tokenizer, folder, "<image>")
    {
        Required(Start, folder);
        StopToken = Required(Stop, folder);
    }

    /// <summary>Recognised by the hub's template, with the answer's turn written apart (to mark it) or not.</summary>
    public static ChatFormatKind Kind { get; } =
        new(
            "llava-hf/llava-interleave-qwen-7b-hf (ChatML)",
            [
                Turns + Images + "{%if message['role']!='assistant'%}" + Text + "{%else%}" + Text + "{%endif%}" + End,
                Turns + Images + Text + End,
            ],
            (tokenizer, folder) => new ChatMLFormat(tokenizer, folder)
        );

    public override string Name => "ChatML (llava-interleave)";

    public override ImmutableArray<int> StopIds => Tokenizer.EosId is { } eos && eos != StopToken ? [StopToken, eos] : [StopToken];

    protected override int StopToken { get; }

    protected override string AnswerMarker => "assistant\n";

    protected override IReadOnlyList<TextPart> PromptParts(string systemPrompt, string query, int images, bool literal) =>
        [.. Conversation(systemPrompt, query, images, literal), new($"{Start}assistant\n")];

    protected override (string Before, string Block, string After) OfficialText(
        string systemPrompt,
        string query,
        string response,
        int images
    ) => (string.Concat(PromptParts(systemPrompt, query, images, false).Select(part => part.Text)), "\n" + response, Stop + "\n");

    protected override ImmutableArray<int> EncodePrompt(IReadOnlyList<TextPart> parts, Behaviour behaviour) =>
        Tokenizer.Encode(parts, addSpecialTokens: false).Ids;

    protected override (Encoding Tokens, bool LastIsLabel) EncodeOfficial(string text) => (Tokenizer.Encode(text, false), false);

    static IEnumerable<TextPart> Conversation(string systemPrompt, string query, int images, bool literal) =>
        [
            .. systemPrompt.Length == 0 ? [] : Turn("system", "", systemPrompt, literal),
            .. Turn("user", string.Concat(Enumerable.Repeat("<image>", images)), query, literal),
        ];

    static IEnumerable<TextPart> Turn(string role, string images, string text, bool literal) =>
        [new($"{Start}{role}\n{images}\n"), new(text, literal), new($"{Stop}\n")];
}
