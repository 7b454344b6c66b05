#load "../src/Scripting/svco.csx"

// Supervised finetuning on both sides of every pair.
var experiment = Experiment("sft_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(Sft())
    .Data(Mvc.Train.DoubleForSft(), validation: Mvc.Validation.DoubleForSft())
    .Train(
        new()
        {
            LearningRate = 1e-6,
            WarmupRatio = 0.05,
            Epochs = 1,
            Accumulation = 32,
        }
    );

return await experiment.OrTiny().Run(Args);
