//! What the documents are, and whether the money adds up.
//!
//! Read in this order: [`CustomerOrder`] (what a customer wants), [`apportion`] (how an amount is
//! divided without losing a minor unit), [`split`] (one [`SaleOrder`] per vendor),
//! [`PurchaseOrder`] and [`draft_purchase_orders`] (what we ask of suppliers), [`plan`] (from
//! history, stock and offers to those drafts in one step).

mod adjust;
mod apportion;
mod approval;
mod availability;
mod capacity;
mod cells;
mod columns;
mod commissions;
mod completion;
mod consolidate;
mod cover;
mod customer;
mod customer_check;
mod cut;
mod draft;
mod draft_difference;
mod draft_fields;
mod draft_merge;
mod error;
mod extra_packs;
mod ledger;
mod mergeable;
mod minor_units;
mod parcels;
mod partition;
mod payments;
mod placed;
mod plan;
mod proof;
mod purchase;
mod quotes;
mod rates;
mod refund;
mod reprice;
mod revise;
mod rules;
mod sale;
mod sale_order_id;
mod split;
#[cfg(test)]
mod split_tests;
mod standing;
mod units;
mod vendors;

pub use apportion::{Weight, apportion};
pub use approval::{
    Approval, ApprovalAmount, ApprovalCondition, ApprovalContext, ApprovalDecision, ApprovalLevel,
    ApprovalOutcome, ApprovalRole, ApprovalRule, ApprovalRules, ApprovalStanding, ApprovalStatus,
    ApprovalSubject, ApprovedLine, Approver, Budget, FiredRule, GivenApproval, LastPaid,
    LevelSequence, NeededLevel, PersonCounts, Verdict, decide,
};
pub use columns::{OrderColumns, SplitColumns, split_columns};
pub use completion::{
    CompletionProblem, CompletionProblemKind, CompletionRules, ContractRest, MinimumBase,
    SystemNeeds, VendorMinimum, check_completion,
};
pub use consolidate::{
    AddedPacks, ConsolidationOptions, ExtraProduct, Suggestion, SuggestionReport, Threshold,
    suggest_consolidations,
};
pub use customer::{
    Adjustment, AdjustmentKind, Commission, CommissionBase, CustomerOrder, LineAdjustment,
    OrderLine, Payment, PaymentKind, StatedTotals, TaxBase, Temperature,
};
pub use draft::{
    DraftContext, DraftItem, DraftNote, DraftOptions, DraftReason, DraftRules, Drafts, Numbering,
    draft_purchase_orders,
};
pub use draft_difference::{ChangedLine, DraftDifference, TaxDifference, draft_difference};
pub use draft_fields::{DraftField, FieldChange};
pub use draft_merge::{MergeSaving, Merged, MergedLine, MergedLineChange, merge_drafts};
pub use error::{OrderError, PlanError};
pub use mergeable::{MergeSuggestion, suggest_merges};
pub use placed::{AmendedLine, AmendedPayments, Amendment, Placed};
pub use plan::{Plan, PlanRequest, PlanTables, plan, plan_from_tables};
pub use proof::{Breach, ColumnKind, Proof, ProvedColumn, prove};
pub use purchase::{
    MergedDraft, OrderBy, PurchaseOrder, PurchaseOrderLine, PurchaseTax, Reason, ReasonStep,
};
pub use quotes::Quotes;
pub use refund::{ChargePolicy, Refund, RefundLine, RefundRequest, RefundScope, refund};
pub use reprice::{
    CheckedLine, LineConcern, OrderConcern, PriceChange, PriceCheck, PriceCheckOptions,
    check_prices,
};
pub use revise::{PaidSaleOrder, Revision, RevisionTerms, revise};
pub use rules::{Capacity, GoodsClass, Incompatible, ShipComplete, SplitKey, SplitRules};
pub use sale::{
    CommissionShare, PartKey, PaymentShare, PreviousVendor, SaleOrder, SaleOrderLine, Share,
};
pub use split::{Split, split};
