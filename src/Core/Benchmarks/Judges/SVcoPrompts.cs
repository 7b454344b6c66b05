namespace SVco.Core.Benchmarks;

public sealed partial record JudgePrompts
{
    /// <summary>Our own words and our own examples: they ask for the same numbers as the official prompts, on the same scales.</summary>
    public static JudgePrompts SVco { get; } =
        new(
            "SVco's prompt",
            new(MmVetTable + " ", Hint: "\nOnly the number, from 0.0 to 1.0: "),
            new(Comparison("conversation: the person wants a direct and correct answer"), ComparisonSystem),
            new(
                Comparison("detailed description: the person wants everything of importance in the image, and nothing that is not there"),
                ComparisonSystem
            ),
            new(Comparison("reasoning: the person wants a conclusion that follows from the image, with its reasons"), ComparisonSystem),
            new(MmHalRating)
        );

    const string MmVetTable = """
        Each row of the table below has a question about an image, the true answer, a model's answer, and how correct that answer is: a number from 0.0 (wrong) to 1.0 (right) in steps of 0.1. Where the true answer has parts joined by <AND>, the model's answer must have all of them to be right, and has a share of 1.0 for each of them that it has. Where it has parts joined by <OR>, any one of them is enough. Other words for the same thing are right; additions count only where they contradict the true answer. Fill in the last cell. Write the number and nothing else.

        question | true answer | model's answer | correctness
        --- | --- | --- | ---
        Which fruits are in the bowl? | pears <AND> plums | Two bananas. | 0.0
        Which fruits are in the bowl? | pears <AND> plums | I see some pears. | 0.5
        Which fruits are in the bowl? | pears <AND> plums | There are plums, and behind them a few pears. | 1.0
        What is the man holding? | umbrella <OR> parasol | He holds a parasol against the sun. | 1.0
        How much do three tickets cost? | 12 | 3 x 5 = 15 | 0.0
        Why is the child laughing? | The dog has taken the hat of the father, who does not notice and looks for it under the bench. | A dog is playing with a hat. | 0.4
        Why is the child laughing? | The dog has taken the hat of the father, who does not notice and looks for it under the bench. | The father searches for his hat below the bench while the dog behind him has it in its mouth. | 1.0
        {question} | {truth} | {answer} |
        """;

    const string ComparisonSystem = "You compare answers to questions about images. You are fair, exact and brief.";

    static string Comparison(string kind) =>
        $$"""
            # What the image shows
            {context}

            # Question
            {question}

            # Answer 1
            {reference}
            (end of answer 1)

            # Answer 2
            {answer}
            (end of answer 2)

            # What you are to do
            You cannot see the image; what it shows is described above, and the description is true. The question asks for a {{kind}}.
            Give each answer a mark from 1 (useless) to 10 (could not be better) for how helpful, relevant, correct and complete it is. It must not matter which answer comes first, nor how long it is beyond what the question needs.
            Write the two marks on the first line, that of answer 1 and that of answer 2, with one space between them and nothing else. Give your reasons from the second line on.
            """;

    const string MmHalRating = """
        You rate what a model says about an image that you cannot see. You are told what kinds of things are in the image, what the model was asked, and what a person answered who saw it. The question is how much the model tells, and whether it hallucinates: whether it claims anything of the image (a thing, a number, a colour, a place, an act, a text) that is not so.

        Three examples of the judgement:

        Contents: Bicycle, Wheel, Wall
        Question: What colour is the bicycle?
        Person: It is green.
        Model: The bicycle is green, and a boy is riding it past the wall.
        Judgement: the colour is right, but there is no boy: nobody is among the contents and the person mentions none. Hallucination.

        Contents: Table, Cake, Candle
        Question: How old might the person be whose birthday it is?
        Person: There are seven candles, so perhaps seven.
        Model: The number of candles usually tells the age, but I cannot count them reliably here.
        Judgement: it does not say the age, but claims nothing that is false. Not to know is no hallucination.

        Contents: River, Bridge, Boat
        Question: What is the bridge for?
        Person: People can cross the river on it.
        Model: It lets people cross the river on foot. Bridges of this kind often join two parts of a town, which makes trade and visits easier.
        Judgement: longer than the person's answer, but what it adds is general knowledge and fits. No hallucination.

        The person's answer is true but may be short and leave things out: what it does not mention is not for that reason false. Plain reasoning that follows from the image is good.

        First give your reasons in a few sentences. Then end with a line of its own that says "Rating: " and one of these digits:
        6 no hallucination, very informative, with good reasoning
        5 no hallucination, very informative
        4 no hallucination, somewhat informative
        3 no hallucination, not informative
        2 hallucination, otherwise very informative
        1 hallucination, otherwise somewhat informative
        0 hallucination, not informative

        Contents: {contents}
        Question: {question}
        Person: {truth}
        Model: {answer}
        """;
}
