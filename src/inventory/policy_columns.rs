//! How a product is replenished, from the columns of a file.

use super::{Calendar, Issue, LotCosts, ProductPolicy, Rule, StockCosts, Target, UnmetDemand};
use crate::{
    forecast::LeadTime,
    unit::{
        Currency, Day, Invalid, Money, Probability, Quantity, Unit, Weekdays,
        table::{Column, Row},
    },
};
use rust_decimal::Decimal;

pub(super) const COLUMNS: [Column; 29] = [
    Column::optional("service_level"),
    Column::optional("fill_rate"),
    Column::optional("shortage_cost"),
    Column::optional("shortage_cost_per_occasion"),
    Column::optional("holding_cost_per_day"),
    Column::optional("holding_cost_per_week"),
    Column::optional("holding_cost_per_year"),
    Column::optional("waste_cost"),
    Column::optional("order_cost"),
    Column::optional("currency"),
    Column::optional("lead_time_days"),
    Column::optional("review_period_days"),
    Column::optional("order_days"),
    Column::optional("delivery_days"),
    Column::optional("cut_off"),
    Column::optional("unmet_demand"),
    Column::optional("shelf_life_days"),
    Column::optional("issue"),
    Column::optional("last_day_of_sale"),
    Column::optional("minimum_order_quantity"),
    Column::optional("order_multiple"),
    Column::optional("rule"),
    Column::optional("reorder_point"),
    Column::optional("order_up_to_level"),
    Column::optional("order_quantity"),
    Column::optional("minimum_days_of_cover"),
    Column::optional("days_of_cover"),
    Column::optional("lead_time_factor"),
    Column::optional("variability_factor"),
];

/// Days in a year, leap years counted.
const DAYS_OF_YEAR: Decimal = Decimal::from_parts(36_525, 0, 0, false, 2);

/// A row, whose policy columns begin at `first`.
pub(super) struct PolicyRow<'a, 'b> {
    row: &'a Row<'b>,
    first: usize,
    unit: Unit,
}

impl<'a, 'b> PolicyRow<'a, 'b> {
    pub(super) fn new(row: &'a Row<'b>, first: usize, unit: Unit) -> Self {
        Self { row, first, unit }
    }

    pub(super) fn policy(&self) -> Result<ProductPolicy, Invalid> {
        let holding = self.holding()?;
        Ok(ProductPolicy {
            rule: self.rule(holding)?,
            target: self.target(holding)?,
            lead_time: self.lead_time()?,
            review_period_days: self.whole("review_period_days")?,
            calendar: self.calendar()?,
            unmet_demand: self.unmet_demand()?,
            shelf_life_days: self.whole("shelf_life_days")?,
            issue: self.issue()?,
            last_day_of_sale: self.row.optional::<Day>(self.at("last_day_of_sale"))?,
            minimum_order_quantity: self.quantity("minimum_order_quantity")?,
            order_multiple: self.quantity("order_multiple")?,
        })
    }

    fn target(&self, holding: Option<Money>) -> Result<Option<Target>, Invalid> {
        let service_level = self.probability("service_level")?;
        let fill_rate = self.probability("fill_rate")?;
        let shortage = self.money("shortage_cost")?;
        let occasion = self.money("shortage_cost_per_occasion")?;
        let given = [
            ("service_level", service_level.is_some()),
            ("fill_rate", fill_rate.is_some()),
            ("shortage_cost", shortage.is_some()),
            ("shortage_cost_per_occasion", occasion.is_some()),
        ];
        if let [_, (second, _), ..] =
            &given.into_iter().filter(|given| given.1).collect::<Vec<_>>()[..]
        {
            let expected =
                "one of service_level, fill_rate, shortage_cost and shortage_cost_per_occasion";
            return Err(self.refuse(second, "target_ambiguous", expected));
        }
        let waste_per_unit = self.money("waste_cost")?;
        let missing = || {
            let expected = "a holding cost beside the shortage cost";
            self.refuse("holding_cost_per_day", "cost_missing", expected)
        };
        if let Some(shortage_per_occasion) = occasion {
            let holding_per_unit_and_day = holding.ok_or_else(missing)?;
            let target =
                Target::CostPerOccasion { shortage_per_occasion, holding_per_unit_and_day };
            return Ok(Some(target));
        }
        Ok(match (service_level, fill_rate, shortage) {
            (Some(probability), ..) => Some(Target::CycleServiceLevel { probability }),
            (_, Some(share), _) => Some(Target::FillRate { share }),
            (.., Some(shortage_per_unit)) => Some(Target::LeastCost(StockCosts {
                shortage_per_unit,
                holding_per_unit_and_day: holding.ok_or_else(missing)?,
                waste_per_unit,
            })),
            (None, None, None) => None,
        })
    }

    /// The rule that is named, or the one that the parameters given belong to.
    fn rule(&self, holding: Option<Money>) -> Result<Option<Rule>, Invalid> {
        let reorder_point = self.quantity("reorder_point")?;
        let order_up_to_level = self.quantity("order_up_to_level")?;
        let order_quantity = self.quantity("order_quantity")?;
        let days_of_cover = self.whole("days_of_cover")?;
        let minimum_days = self.whole("minimum_days_of_cover")?;
        let costs = match self.money("order_cost")? {
            Some(per_order) => {
                let missing = || {
                    let expected = "a holding cost beside the order cost";
                    self.refuse("holding_cost_per_day", "cost_missing", expected)
                };
                let holding_per_unit_and_day = holding.ok_or_else(missing)?;
                Some(LotCosts { per_order, holding_per_unit_and_day })
            }
            None => None,
        };
        let named = match self.text("rule") {
            "" if days_of_cover.is_some() => "days_of_cover",
            "" if order_quantity.is_some() => "reorder_quantity",
            "" if reorder_point.is_some() || costs.is_some() => "reorder_up_to",
            "" if order_up_to_level.is_some() => "order_up_to",
            "" => return Ok(None),
            named => named,
        };
        Ok(Some(match named {
            "order_up_to" => Rule::OrderUpTo { order_up_to_level },
            "reorder_up_to" => Rule::ReorderUpTo { reorder_point, order_up_to_level, costs },
            "reorder_quantity" => Rule::ReorderQuantity { reorder_point, order_quantity, costs },
            "days_of_cover" => {
                let missing = || {
                    let expected = "for how many days an order lasts";
                    self.refuse("days_of_cover", "days_missing", expected)
                };
                Rule::DaysOfCover { minimum_days, days: days_of_cover.ok_or_else(missing)? }
            }
            "demand_driven" => Rule::DemandDriven {
                lead_time_factor: self.factor("lead_time_factor")?,
                variability_factor: self.factor("variability_factor")?,
            },
            "order_once" => Rule::OrderOnce,
            _ => {
                let expected = "order_up_to, reorder_up_to, reorder_quantity, days_of_cover, \
                                demand_driven or order_once";
                return Err(self.refuse("rule", "rule_unknown", expected));
            }
        }))
    }

    /// One number of days, or several past ones with spaces between them.
    fn lead_time(&self) -> Result<Option<LeadTime>, Invalid> {
        let mut past = Vec::new();
        for word in self.text("lead_time_days").split_ascii_whitespace() {
            let days = whole(word).ok_or_else(|| {
                let expected = "a whole number of days, or past ones such as `2 3 2`";
                self.refuse("lead_time_days", "lead_time_invalid", expected)
            })?;
            past.push(days);
        }
        if past.is_empty() { Ok(None) } else { LeadTime::from_past(&past).map(Some) }
    }

    fn calendar(&self) -> Result<Option<Calendar>, Invalid> {
        let order_days = self.row.optional::<Weekdays>(self.at("order_days"))?;
        let delivery_days = self.row.optional::<Weekdays>(self.at("delivery_days"))?;
        let cut_off = self.row.optional(self.at("cut_off"))?;
        if order_days.is_none() && delivery_days.is_none() && cut_off.is_none() {
            return Ok(None);
        }
        Ok(Some(Calendar {
            order_days: order_days.unwrap_or_default(),
            delivery_days: delivery_days.unwrap_or_default(),
            holidays: Vec::new(),
            cut_off,
        }))
    }

    fn unmet_demand(&self) -> Result<Option<UnmetDemand>, Invalid> {
        Ok(match self.text("unmet_demand") {
            "" => None,
            "lost" => Some(UnmetDemand::Lost),
            "back_ordered" => Some(UnmetDemand::BackOrdered),
            _ => {
                let expected = "lost or back_ordered";
                return Err(self.refuse("unmet_demand", "unmet_demand_unknown", expected));
            }
        })
    }

    fn issue(&self) -> Result<Option<Issue>, Invalid> {
        Ok(match self.text("issue") {
            "" => None,
            "first_expired" => Some(Issue::FirstExpired),
            "first_in" => Some(Issue::FirstIn),
            "freshest" => Some(Issue::Freshest),
            _ => {
                let expected = "first_expired, first_in or freshest";
                return Err(self.refuse("issue", "issue_unknown", expected));
            }
        })
    }

    fn holding(&self) -> Result<Option<Money>, Invalid> {
        let mut found = None;
        for (column, days) in [
            ("holding_cost_per_day", Decimal::ONE),
            ("holding_cost_per_week", Decimal::from(7)),
            ("holding_cost_per_year", DAYS_OF_YEAR),
        ] {
            let Some(cost) = self.money(column)? else { continue };
            if found.is_some() {
                let expected = "one holding cost, per day, week or year";
                return Err(self.refuse(column, "cost_ambiguous", expected));
            }
            found = Some(Money::new(cost.amount() / days, cost.currency()));
        }
        Ok(found)
    }

    fn probability(&self, column: &'static str) -> Result<Option<Probability>, Invalid> {
        if self.row.optional_amount(self.at(column))?.is_none() {
            return Ok(None);
        }
        let value = self.text(column).parse().unwrap_or(f64::NAN);
        let probability = Probability::new(value).ok();
        probability.filter(|probability| (1e-9..1.0).contains(&probability.value())).map_or_else(
            || {
                let expected = "a probability above 0 and below 1, such as 0.95";
                Err(self.refuse(column, "service_level_out_of_range", expected))
            },
            |probability| Ok(Some(probability)),
        )
    }

    fn factor(&self, column: &'static str) -> Result<f64, Invalid> {
        self.row.amount(self.at(column))?;
        Ok(self.text(column).parse().unwrap_or(f64::MAX))
    }

    fn money(&self, column: &'static str) -> Result<Option<Money>, Invalid> {
        let Some(amount) = self.row.optional_amount(self.at(column))? else { return Ok(None) };
        let currency: Currency = self.row.parse(self.at("currency"))?;
        Ok(Some(Money::new(amount, currency)))
    }

    fn quantity(&self, column: &'static str) -> Result<Option<Quantity>, Invalid> {
        let amount = self.row.optional_amount(self.at(column))?;
        Ok(amount.map(|amount| Quantity::new(amount, self.unit)))
    }

    fn whole(&self, column: &'static str) -> Result<Option<u32>, Invalid> {
        match self.text(column) {
            "" => Ok(None),
            text => whole(text).map(Some).ok_or_else(|| {
                self.refuse(column, "days_invalid", "a whole number of days from 0 to 100000")
            }),
        }
    }

    fn text(&self, column: &'static str) -> &'b str {
        self.row.text(self.at(column))
    }

    fn at(&self, column: &'static str) -> usize {
        let place = COLUMNS.iter().position(|known| known.name == column);
        // INVARIANT: only names of the list above are asked for.
        self.first + place.unwrap_or_default()
    }

    fn refuse(&self, column: &'static str, code: &'static str, expected: &str) -> Invalid {
        self.row.problem(self.at(column), Invalid::new(code, expected, self.text(column)))
    }
}

/// A whole number of days that calendars can count.
fn whole(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok().filter(|&days| days <= 100_000) } else { None }
}
