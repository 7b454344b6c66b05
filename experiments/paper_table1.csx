#load "../src/Scripting/svco.csx"

// The paper's Table 1 with its ablations on both models (arXiv 2502.13928): every row is trained, then all are asked the eight benchmarks.
//   svco run experiments/paper_table1.csx --data ROOT --dry-run      how long it takes, and what the judges cost
//   svco run experiments/paper_table1.csx --data ROOT                goes on where it was interrupted
//   svco run experiments/paper_table1.csx --tiny                     the bundled checkpoints: how a table is made
// The files of pairs are those of the paper: MVC as curate_mvc.csx makes it, its raw half (unfiltered, unaugmented, as many), and 10,000 pairs
// of VLFeedback. Put them there or change the names; relative images begin in each file's folder.
var (mvc, raw, vlf) = (Recipe.FromJson("data/mvc.json"), Recipe.FromJson("data/mvc_raw.json"), Recipe.FromJson("data/vlfeedback.json"));

var settings = new TrainSettings
{
    LearningRate = 1e-6,
    WarmupRatio = 0.05,
    Epochs = 1,
    Accumulation = 32,
};

// VLFeedback's texts are longer than MVC's, and its pairs have one image: the other one is a random crop of it, as in mDPO.
var longTexts = settings with
{
    MaxTextLength = 1024,
};
var cropped = vlf.CorruptByCrop(seed: 0);

IEnumerable<Experiment> Rows(string name, ModelSpec model)
{
    Experiment Row(string row, Objective objective, Recipe<ContrastPair> pairs, TrainSettings train) =>
        Experiment($"{name}-{row}").Model(model with { Frozen = VisionTower }).Objective(objective).Data(pairs).Train(train);

    return
    [
        Row("dpo-vlf", Dpo(0.1), vlf, longTexts),
        Row("mdpo-vlf", Mdpo(0.1), cropped, longTexts),
        Row("sft-mvc", Sft(), mvc.DoubleForSft(), settings),
        Row("dpo-mvc", Dpo(0.1), mvc, settings),
        Row("mdpo-mvc", Mdpo(0.1), mvc, settings),
        Row("vco-mvc", Vco(0.1, 0.1), mvc, settings),
        Row("svco-raw", SVco(0.1, 0.1), raw, settings),
        Row("svco-mvc", SVco(0.1, 0.1), mvc, settings),
    ];
}

var table = Table("paper_table1", [.. Rows("lv15", Llava15_7B), .. Rows("lvint", LlavaInterleave7B)]);

return await table.Run(Args);
