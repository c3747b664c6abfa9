//! Buffers of demand-driven planning (DDMRP): three zones, and when and how much to order.
//!
//! Ptak and Smith, "Demand Driven Material Requirements Planning", 3rd edition, 2019, chapters 7 to 9.

use super::parameter::{finite, not_negative, refused};
use crate::unit::{Invalid, math};
use serde::{Deserialize, Serialize};

/// What the zones of a buffer are worked out from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BufferProfile {
    /// Average daily usage.
    pub average_daily_usage: f64,
    /// Days from ordering until the goods can be used.
    pub decoupled_lead_time_days: f64,
    /// Share of the usage over the lead time that is ordered at least, and held at least; the longer
    /// the lead time, the smaller, at most 1.
    pub lead_time_factor: f64,
    /// Safety on top of that, as a share of it; 0 or more.
    pub variability_factor: f64,
    /// Days from one order to the next, where that is wanted; otherwise 0.
    pub order_cycle_days: f64,
    /// The smallest quantity that can be ordered.
    pub minimum_order_quantity: f64,
}

/// The zones of a buffer, in units.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BufferZones {
    /// Safety.
    pub red: f64,
    /// Usage over the lead time.
    pub yellow: f64,
    /// The usual size of an order.
    pub green: f64,
}

/// What there is, what comes, and what is asked for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BufferStock {
    /// On the shelf.
    pub on_hand: f64,
    /// Ordered and not yet there.
    pub on_order: f64,
    /// Asked for and due, spikes to come included: [`qualified_demand`].
    pub qualified_demand: f64,
}

/// In which zone a position is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BufferStatus {
    /// Less than nothing: more is asked for than there is and comes.
    Short,
    /// Within safety.
    Red,
    /// Time to order.
    Yellow,
    /// Enough.
    Green,
    /// More than the buffer holds.
    Over,
}

impl BufferProfile {
    /// The zones: red is safety for lead time and variability, yellow the usage over the lead time,
    /// green the largest of what the lead time factor, the order cycle and the minimum ask for.
    ///
    /// # Errors
    ///
    /// When a number is negative or the lead time factor above one.
    ///
    /// ```
    /// use replenish::inventory::classic::{BufferProfile, BufferStock};
    /// let profile = BufferProfile {
    ///     average_daily_usage: 10.0,
    ///     decoupled_lead_time_days: 12.0,
    ///     lead_time_factor: 0.5,
    ///     variability_factor: 0.4,
    ///     order_cycle_days: 7.0,
    ///     minimum_order_quantity: 50.0,
    /// };
    /// let zones = profile.zones()?;
    /// assert_eq!((zones.red, zones.yellow, zones.green), (84.0, 120.0, 70.0));
    /// let stock = BufferStock { on_hand: 70.0, on_order: 30.0, qualified_demand: 25.0 };
    /// assert_eq!(zones.order_quantity(stock.net_flow_position()?)?, 199.0);
    /// # Ok::<(), replenish::unit::Invalid>(())
    /// ```
    pub fn zones(&self) -> Result<BufferZones, Invalid> {
        not_negative("average_daily_usage", self.average_daily_usage)?;
        not_negative("decoupled_lead_time_days", self.decoupled_lead_time_days)?;
        not_negative("lead_time_factor", self.lead_time_factor)?;
        not_negative("variability_factor", self.variability_factor)?;
        not_negative("order_cycle_days", self.order_cycle_days)?;
        not_negative("minimum_order_quantity", self.minimum_order_quantity)?;
        if self.lead_time_factor > 1.0 {
            return Err(refused("lead_time_factor", "at most 1", self.lead_time_factor));
        }
        let yellow = self.average_daily_usage * self.decoupled_lead_time_days;
        let red_base = yellow * self.lead_time_factor;
        let cycle = self.average_daily_usage * self.order_cycle_days;
        Ok(BufferZones {
            red: red_base + red_base * self.variability_factor,
            yellow,
            green: red_base.max(cycle).max(self.minimum_order_quantity),
        })
    }
}

impl BufferZones {
    /// The end of the red zone.
    pub fn top_of_red(&self) -> f64 {
        self.red
    }

    /// The end of the yellow zone: below it, order.
    pub fn top_of_yellow(&self) -> f64 {
        self.red + self.yellow
    }

    /// The end of the green zone: order up to it.
    pub fn top_of_green(&self) -> f64 {
        self.red + self.yellow + self.green
    }

    /// How much to order at a net flow position: up to the top of green once it is below the top of
    /// yellow, otherwise nothing. The caller rounds to packs ([`whole_packs`](super::whole_packs)).
    ///
    /// # Errors
    ///
    /// When the position is not finite.
    pub fn order_quantity(&self, net_flow_position: f64) -> Result<f64, Invalid> {
        finite("net_flow_position", net_flow_position)?;
        let due = net_flow_position < self.top_of_yellow();
        Ok(if due { self.top_of_green() - net_flow_position } else { 0.0 })
    }

    /// In which zone a position is; on a border, in the lower one's end.
    ///
    /// # Errors
    ///
    /// When the position is not finite.
    pub fn status(&self, net_flow_position: f64) -> Result<BufferStatus, Invalid> {
        let position = finite("net_flow_position", net_flow_position)?;
        Ok(match position {
            _ if position < 0.0 => BufferStatus::Short,
            _ if position <= self.top_of_red() => BufferStatus::Red,
            _ if position <= self.top_of_yellow() => BufferStatus::Yellow,
            _ if position <= self.top_of_green() => BufferStatus::Green,
            _ => BufferStatus::Over,
        })
    }

    /// Share of the buffer that a position fills: the smaller, the more urgent.
    ///
    /// # Errors
    ///
    /// When the position is not finite or the buffer empty.
    pub fn filled(&self, net_flow_position: f64) -> Result<f64, Invalid> {
        finite("net_flow_position", net_flow_position)?;
        let top = self.top_of_green();
        if top > 0.0 {
            return Ok(net_flow_position / top);
        }
        Err(refused("zones", "a buffer of more than 0 units", top))
    }
}

impl BufferStock {
    /// On hand and on order, less qualified demand.
    ///
    /// # Errors
    ///
    /// When on order or demand is negative or a number not finite.
    pub fn net_flow_position(&self) -> Result<f64, Invalid> {
        finite("on_hand", self.on_hand)?;
        not_negative("on_order", self.on_order)?;
        not_negative("qualified_demand", self.qualified_demand)?;
        Ok(self.on_hand + self.on_order - self.qualified_demand)
    }
}

/// Demand that counts against a buffer: what is overdue and due today, and of the days within the
/// horizon only those whose whole demand reaches the spike threshold, for the buffer itself is there
/// for the rest.
///
/// # Errors
///
/// When a demand is negative or the threshold not finite.
pub fn qualified_demand(
    due: f64,
    days_ahead: &[f64],
    spike_threshold: f64,
) -> Result<f64, Invalid> {
    not_negative("due", due)?;
    not_negative("spike_threshold", spike_threshold)?;
    for (index, &demand) in days_ahead.iter().enumerate() {
        not_negative("", demand).map_err(|i| i.at(format_args!("days_ahead[{index}]")))?;
    }
    let spikes = days_ahead.iter().copied().filter(|&demand| demand >= spike_threshold);
    Ok(due + math::sum(spikes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: BufferProfile = BufferProfile {
        average_daily_usage: 10.0,
        decoupled_lead_time_days: 12.0,
        lead_time_factor: 0.5,
        variability_factor: 0.4,
        order_cycle_days: 0.0,
        minimum_order_quantity: 0.0,
    };

    #[test]
    fn an_order_fills_the_buffer_and_is_not_repeated() {
        let zones = PROFILE.zones().unwrap();
        assert!((zones.green - 60.0).abs() < 1e-12); // the lead time factor's share
        for position in [-20.0, 0.0, 84.0, 203.9] {
            let order = zones.order_quantity(position).unwrap();
            assert!((position + order - zones.top_of_green()).abs() < 1e-9);
            assert!(zones.order_quantity(position + order).unwrap().abs() < 1e-12);
        }
        assert!(zones.order_quantity(204.0).unwrap().abs() < 1e-12);
    }

    #[test]
    fn every_position_has_a_status() {
        use BufferStatus::{Green, Over, Red, Short, Yellow};
        let zones = PROFILE.zones().unwrap();
        for (position, status) in
            [(-0.1, Short), (0.0, Red), (84.0, Red), (84.1, Yellow), (264.0, Green), (264.1, Over)]
        {
            assert_eq!(zones.status(position).unwrap(), status, "{position}");
        }
        assert!((zones.filled(132.0).unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn only_spikes_count_ahead() {
        assert!((qualified_demand(5.0, &[3.0, 30.0, 29.9], 30.0).unwrap() - 35.0).abs() < 1e-12);
        assert_eq!(qualified_demand(5.0, &[3.0, -1.0], 30.0).unwrap_err().path, "days_ahead[1]");
        let steep = BufferProfile { lead_time_factor: 1.5, ..PROFILE };
        assert_eq!(steep.zones().unwrap_err().path, "lead_time_factor");
        let none = BufferProfile { average_daily_usage: 0.0, ..PROFILE }.zones().unwrap();
        assert_eq!(none.filled(1.0).unwrap_err().path, "zones");
    }
}
