#load "../src/Scripting/svco.csx"

// DPO on the same pairs: the better text under one image.
var experiment = Experiment("dpo_lvint")
    .Model(LlavaInterleave7B with { Frozen = VisionTower })
    .Objective(Dpo(beta: 0.1))
    .Data(Mvc.Train, validation: Mvc.Validation)
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
